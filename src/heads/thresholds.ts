import { MULTI_LABEL_THRESHOLD } from './head.js';

/** A threshold chosen on few rows that have the label is drawn to the middle, as if there were so many more that speak for it. */
const ROWS_FOR_THE_MIDDLE = 10;

/**
 * The score from which on a label is given, so that its F1 on some rows is highest: half-way between the scores of two rows, then
 * drawn to 0.5 where few rows have the label, as the best cut of a handful of rows says more of them than of the label.
 * @param scores of the label, a row
 * @param given whether the row has it
 */
export function chooseThreshold(scores: readonly number[], given: readonly boolean[]): number {
  const positives = given.filter(Boolean).length;
  if (positives === 0) return MULTI_LABEL_THRESHOLD;
  const order = [...scores.keys()].sort((a, b) => scores[b] - scores[a]);
  let best = { f1: 0, threshold: MULTI_LABEL_THRESHOLD };
  let hits = 0;
  order.forEach((row, place) => {
    if (given[row]) hits += 1;
    const next = place + 1 < order.length ? scores[order[place + 1]] : undefined;
    if (scores[row] === next) return;
    const f1 = (2 * hits) / (place + 1 + positives);
    const threshold = (scores[row] + (next ?? 0)) / 2;
    const isNearer = Math.abs(threshold - MULTI_LABEL_THRESHOLD) < Math.abs(best.threshold - MULTI_LABEL_THRESHOLD);
    if (f1 > best.f1 || (f1 === best.f1 && isNearer)) best = { f1, threshold };
  });
  const weight = positives / (positives + ROWS_FOR_THE_MIDDLE);
  return MULTI_LABEL_THRESHOLD + weight * (best.threshold - MULTI_LABEL_THRESHOLD);
}
