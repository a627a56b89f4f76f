/* What a soak must show: the same at its end as at its beginning. */

/** Of the memory at the beginning, what the line through all samples may rise by until the end. */
export const MEMORY_BOUND = 0.02;

/** How much longer the slowest hundredth may take in the last third than in the first. */
export const LATENCY_BOUND = 1.3;

/**
 * How much a line through the samples rises (least squares), as a share of where it begins.
 * @param values at even distances
 */
export function rise(values: readonly number[]): number {
  const count = values.length;
  const middle = (count - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const slope =
    values.reduce((sum, value, i) => sum + (i - middle) * (value - mean), 0) /
    values.reduce((sum, _, i) => sum + (i - middle) ** 2, 0);
  return (slope * (count - 1)) / (mean - slope * middle);
}

/** Descriptors that are on their way: a connection is just made or left. */
const PASSING = 3;

/** Whether all of the last third is above all of the first: something is opened and not closed. */
export function grows(values: readonly number[]): boolean {
  const [first, last] = thirds(values);
  return Math.min(...last) > Math.max(...first) + PASSING;
}

/** The first and the last third of some samples. */
export function thirds<T>(values: readonly T[]): readonly [readonly T[], readonly T[]] {
  const size = Math.max(1, Math.floor(values.length / 3));
  return [values.slice(0, size), values.slice(-size)];
}

/** What a share of the numbers does not exceed. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
}
