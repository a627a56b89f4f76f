import { argmax, scores } from '../heads/forward.js';
import type { Head } from '../heads/head.js';
import { MULTI_LABEL_THRESHOLD } from '../heads/head.js';
import type { RowTruth } from './truth.js';

export interface LabelReport {
  readonly label: string;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Rows that have the label. */
  readonly support: number;
}

/** How well a head does on rows it did not learn from. */
export interface TaskReport {
  readonly task: string;
  /** Share of rows whose label, or whole set of labels, is right. */
  readonly accuracy: number;
  /** Mean F1 over the labels that occur in the rows or were predicted. */
  readonly macroF1: number;
  /** SINGLE_LABEL only. */
  readonly expectedCalibrationError: number | undefined;
  readonly perLabel: readonly LabelReport[];
  /** SINGLE_LABEL: [true label][predicted label] in the order of the head's labels; empty for MULTI_LABEL. */
  readonly confusion: readonly (readonly number[])[];
  /** Labelled rows. */
  readonly support: number;
}

/**
 * @param logits of each row, [labels]
 * @param truth the places of each row's right labels; undefined where the row is not labelled for the task
 */
export function report(
  head: Pick<Head, 'task' | 'kind' | 'labels' | 'temperature'>,
  logits: readonly Float32Array[],
  truth: readonly RowTruth[],
): TaskReport {
  const single = head.kind === 'SINGLE_LABEL';
  const confusion = single ? head.labels.map(() => head.labels.map(() => 0)) : [];
  const counts = head.labels.map(() => ({ hit: 0, predicted: 0, given: 0 }));
  const confidences: { confidence: number; right: boolean }[] = [];
  truth.forEach((given, row) => {
    if (given === undefined) return;
    const score = scores(head, logits[row]);
    const predicted = single
      ? [argmax(score)]
      : [...score.keys()].filter((label) => score[label] >= MULTI_LABEL_THRESHOLD);
    for (const label of predicted) counts[label].predicted += 1;
    for (const label of given) counts[label].given += 1;
    for (const label of predicted) if (given.includes(label)) counts[label].hit += 1;
    const right = predicted.length === given.length && predicted.every((label) => given.includes(label));
    if (single) confusion[given[0]][predicted[0]] += 1;
    confidences.push({ confidence: score[predicted[0] ?? 0], right });
  });
  const perLabel = counts.map(({ hit, predicted, given }, label) => {
    const precision = ratio(hit, predicted);
    const recall = ratio(hit, given);
    return { label: head.labels[label], precision, recall, f1: ratio(2 * hit, predicted + given), support: given };
  });
  const seen = perLabel.filter((_, label) => counts[label].given + counts[label].predicted > 0);
  return {
    task: head.task,
    accuracy: ratio(confidences.filter(({ right }) => right).length, confidences.length),
    macroF1: ratio(
      seen.reduce((sum, { f1 }) => sum + f1, 0),
      seen.length,
    ),
    expectedCalibrationError: single ? expectedCalibrationError(confidences) : undefined,
    perLabel,
    confusion,
    support: confidences.length,
  };
}

/** Mean gap between confidence and accuracy over 15 bins of equal width (Guo et al. 2017, eq. 3). */
export function expectedCalibrationError(
  rows: readonly { readonly confidence: number; readonly right: boolean }[],
  bins = 15,
): number {
  const sums = Array.from({ length: bins }, () => ({ confidence: 0, right: 0 }));
  for (const { confidence, right } of rows) {
    const bin = sums[Math.min(bins - 1, Math.floor(confidence * bins))];
    bin.confidence += confidence;
    bin.right += right ? 1 : 0;
  }
  return ratio(
    sums.reduce((total, { confidence, right }) => total + Math.abs(confidence - right), 0),
    rows.length,
  );
}

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
