import { UsageError } from './ending.js';
import { batchesOfLines } from './lines.js';

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

/**
 * Answers to batches, in the order of the batches, while the next ones are under way already.
 * @param ahead batches that are asked for at once
 */
export async function* inOrder<Batch, Answer>(
  batches: AsyncIterable<Batch>,
  ask: (batch: Batch) => Promise<Answer>,
  ahead: number,
): AsyncGenerator<readonly [Batch, Answer], void> {
  const under: Promise<readonly [Batch, Answer]>[] = [];
  for await (const batch of batches) {
    const answer = ask(batch).then((answered) => [batch, answered] as const);
    // One that fails while an earlier one is awaited is told when its turn comes.
    answer.catch(() => {});
    under.push(answer);
    const first = under.length >= ahead ? under.shift() : undefined;
    if (first !== undefined) yield await first;
  }
  for (const answer of under) yield await answer;
}
