import type { RandomGenerator } from '../random/generator.js';

/** Batches whose rows are drawn together and then sorted by length. */
const batchesSorted = 16;

/**
 * An epoch's batches, in random order, each of rows of similar length: rows are shuffled, sorted by length within stretches of
 * some batches, and the batches shuffled. Every row is in one of them.
 * @param lengthOf tokens of a row
 */
export function similarBatches(
  rows: readonly number[],
  lengthOf: (row: number) => number,
  batchSize: number,
  random: RandomGenerator,
): readonly (readonly number[])[] {
  const shuffled = random.shuffled(rows);
  const stretches = parts(shuffled, batchSize * batchesSorted).map((stretch) =>
    [...stretch].sort((a, b) => lengthOf(a) - lengthOf(b)),
  );
  return random.shuffled(stretches.flatMap((stretch) => parts(stretch, batchSize)));
}

/** Rows from the shortest to the longest in batches of at most so many tokens, padding counted; at least one row each. */
export function batchesByLength(
  rows: readonly number[],
  lengthOf: (row: number) => number,
  mostTokens: number,
): readonly (readonly number[])[] {
  const batches: number[][] = [];
  for (const row of [...rows].sort((a, b) => lengthOf(a) - lengthOf(b))) {
    const last = batches.at(-1);
    if (last && (last.length + 1) * lengthOf(row) <= mostTokens) last.push(row);
    else batches.push([row]);
  }
  return batches;
}

const parts = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
