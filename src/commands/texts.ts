import { UsageError } from './ending.js';
import { batchesOfLines } from './lines.js';

/** How often a server that is busy is asked again, two minutes in all: thousands of texts are not given up for one of them. */
export const PATIENT = 30;

/** Requests under way at once: while one is answered the next is read and the last is written. */
const AHEAD = 3;

/**
 * Texts given as arguments, or as lines on standard input, in batches.
 * @throws UsageError where there are none, and nobody to write any
 */
export function givenTexts(texts: readonly string[], most: number): AsyncIterable<readonly string[]> {
  if (texts.length === 0) {
    if (process.stdin.isTTY) throw new UsageError('give texts as arguments, or as lines on standard input.');
    return batchesOfLines(process.stdin, most);
  }
  const batches = Array.from({ length: Math.ceil(texts.length / most) }, (_, i) =>
    texts.slice(i * most, (i + 1) * most),
  );
  return (async function* () {
    yield* batches;
  })();
}

/** Answers to batches, in the order of the batches, while the next ones are under way already. */
export async function* inOrder<Batch, Answer>(
  batches: AsyncIterable<Batch>,
  ask: (batch: Batch) => Promise<Answer>,
): AsyncGenerator<readonly [Batch, Answer], void> {
  const under: Promise<readonly [Batch, Answer]>[] = [];
  for await (const batch of batches) {
    const answer = ask(batch).then((answered) => [batch, answered] as const);
    // One that fails while an earlier one is awaited is told when its turn comes.
    answer.catch(() => {});
    under.push(answer);
    const first = under.length >= AHEAD ? under.shift() : undefined;
    if (first !== undefined) yield await first;
  }
  for (const answer of under) yield await answer;
}
