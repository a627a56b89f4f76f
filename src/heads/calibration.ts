import { scores } from './forward.js';
import type { Head } from './head.js';

/** Below this many labelled rows a temperature would say more of the rows than of the head. */
const FEWEST_ROWS = 20;

/**
 * The temperature under which the head's scores are most likely on rows it did not learn from (Guo et al. 2017, section
 * 4.2), found by golden-section search between 1/20 and 20; 1 where there are too few rows.
 * @param logits of each row, [labels]
 * @param truth the places of each row's right labels; undefined where the row is not labelled
 */
export function fitTemperature(
  kind: Head['kind'],
  logits: readonly Float32Array[],
  truth: readonly (readonly number[] | undefined)[],
): number {
  if (truth.filter(Boolean).length < FEWEST_ROWS) return 1;
  const loss = (logTemperature: number) =>
    negativeLogLikelihood({ kind, temperature: Math.exp(logTemperature) }, logits, truth);
  return Math.exp(goldenSection(loss, -Math.log(20), Math.log(20)));
}

/** The mean over the labelled rows; the same losses that training minimizes. */
export function negativeLogLikelihood(
  head: Pick<Head, 'kind' | 'temperature'>,
  logits: readonly Float32Array[],
  truth: readonly (readonly number[] | undefined)[],
): number {
  let sum = 0;
  let rows = 0;
  truth.forEach((given, row) => {
    if (given === undefined) return;
    rows += 1;
    const score = scores(head, logits[row]);
    score.forEach((each, label) => {
      if (given.includes(label)) sum -= Math.log(Math.max(each, SMALLEST));
      else if (head.kind === 'MULTI_LABEL') sum -= Math.log(Math.max(1 - each, SMALLEST));
    });
  });
  return rows === 0 ? Number.NaN : sum / rows;
}

/** Keeps the logarithm of a score that rounding made 0 finite. */
const SMALLEST = 1e-12;

/** Where a function with one valley between two bounds is least (Kiefer 1953), to 1e-3. */
function goldenSection(f: (x: number) => number, from: number, to: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [from, to];
  let [left, right] = [high - ratio * (high - low), low + ratio * (high - low)];
  let [atLeft, atRight] = [f(left), f(right)];
  while (high - low > 1e-3) {
    if (atLeft < atRight) {
      [high, right, atRight] = [right, left, atLeft];
      left = high - ratio * (high - low);
      atLeft = f(left);
    } else {
      [low, left, atLeft] = [left, right, atRight];
      right = low + ratio * (high - low);
      atRight = f(right);
    }
  }
  return (low + high) / 2;
}
