/** Long work gives the event loop its turn after this many milliseconds. */
const TURN = 5;

/** Long work that waits for its turn, the longest waiting first. */
const waiting: (() => void)[] = [];

/** One of them at a time: all that everybody else waits for is one turn, however much long work there is. */
function nextTurn(): void {
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(nextTurn);
}

const ownTurn = (): Promise<void> =>
  new Promise((resolve) => {
    if (waiting.push(resolve) === 1) setImmediate(nextTurn);
  });

/**
 * What long work waits for between two of its steps: that everything else has had its turn, where it has taken some time; nothing
 * where it has not.
 */
export function turns(): () => Promise<void> | undefined {
  let until = performance.now() + TURN;
  return () => {
    if (performance.now() < until) return undefined;
    return ownTurn().then(() => {
      until = performance.now() + TURN;
    });
  };
}

/** What becomes of each of many things, in their order; everything else has its turn in between. */
export async function inTurns<Given, Made>(
  all: readonly Given[],
  make: (given: Given, index: number) => Made,
): Promise<Made[]> {
  const made: Made[] = [];
  const turn = turns();
  for (const [index, given] of all.entries()) {
    made.push(make(given, index));
    await turn();
  }
  return made;
}

/** Does work one after the other, in the order it is asked for. */
export function oneAfterAnother(): <Made>(work: () => Promise<Made>) => Promise<Made> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const made = last.then(work);
    last = made.catch(() => {});
    return made;
  };
}
