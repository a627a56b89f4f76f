import { fitTemperature, negativeLogLikelihood } from '../heads/calibration.js';
import { batchLogits } from '../heads/gradient.js';
import { type Head, layersOf } from '../heads/head.js';
import { report, type TaskReport } from './metrics.js';
import { type EmbeddedRows, gather } from './rows.js';
import { type RowTruth, truthOf } from './truth.js';

/** How a head does on rows, and its mean loss there. */
export interface Measured extends TaskReport {
  readonly loss: number;
}

/** Measures a head on the rows that are labelled for its task; undefined where none of them is. */
export function measure(head: Head, rows: EmbeddedRows, which: readonly number[]): Measured | undefined {
  const { logits, truth } = predict(head, rows, which);
  if (truth.length === 0) return undefined;
  return { ...report(head, logits, truth), loss: negativeLogLikelihood(head, logits, truth) };
}

/** The head with the temperature that fits rows it did not learn from. */
export function calibrate(head: Head, rows: EmbeddedRows, which: readonly number[]): Head {
  const { logits, truth } = predict(head, rows, which);
  return { ...head, temperature: fitTemperature(head.kind, logits, truth) };
}

function predict(
  head: Head,
  rows: EmbeddedRows,
  which: readonly number[],
): { logits: Float32Array[]; truth: RowTruth[] } {
  const all = truthOf(head, rows.examples);
  const labelled = which.filter((row) => all[row] !== undefined);
  return {
    logits: batchLogits(layersOf(head), gather(rows, labelled), labelled.length),
    truth: labelled.map((row) => all[row]),
  };
}
