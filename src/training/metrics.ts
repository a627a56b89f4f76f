import { argmax, scores } from '../heads/forward.js';
import type { Head } from '../heads/head.js';
import { type Reshape, reshaped } from '../heads/reshape.js';
import type { Answer } from './answers.js';

export interface LabelReport {
  readonly label: string;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Rows that have the label. */
  readonly support: number;
}

/** Rows that a head is about as sure of, and how often it is right there. */
export interface ReliabilityBin {
  readonly rows: number;
  /** Mean over the rows. */
  readonly confidence: number;
  readonly accuracy: number;
}

/** How a head does where it may give no label. */
export interface AbstentionReport {
  /** Share of the rows within scope that it answers. */
  readonly coverage: number;
  /** Share of these that it answers right. */
  readonly accuracyWhenAnswered: number;
  /** How well its score tells rows out of scope from the others: 1 always, 0.5 not at all; undefined without such rows. */
  readonly auroc: number | undefined;
}

/** How well a head does on rows it did not learn from. */
export interface TaskReport {
  readonly task: string;
  /** Which rows; absent in reports of earlier releases, which were of validation rows, and of data sets as a whole. */
  readonly split?: 'VALIDATION' | 'TEST';
  /** Share of rows whose label, or whole set of labels, is right. */
  readonly accuracy: number;
  /** Mean F1 over the labels that occur in the rows or were predicted. */
  readonly macroF1: number;
  /** SINGLE_LABEL only, as the last four. */
  readonly expectedCalibrationError: number | undefined;
  /** The same before temperature scaling; absent in reports of earlier releases, as the next two. */
  readonly uncalibratedCalibrationError?: number;
  readonly reliability?: readonly ReliabilityBin[];
  readonly abstention?: AbstentionReport;
  readonly perLabel: readonly LabelReport[];
  /** SINGLE_LABEL: [true label][predicted label] in the order of the head's labels; empty for MULTI_LABEL. */
  readonly confusion: readonly (readonly number[])[];
  /** Labelled rows. */
  readonly support: number;
}

/** A head's answer to a row and what is right. */
export interface MeasuredAnswer extends Omit<Answer, 'row'> {
  readonly truth: readonly number[];
  /** The score within scope below which the head abstains; undefined where it cannot. */
  readonly abstainBelow: number | undefined;
}

/**
 * @param answers to rows that are labelled for the task
 * @param outside scores within scope of rows that are out of it
 */
export function report(
  head: Pick<Head, 'task' | 'kind' | 'labels'>,
  answers: readonly MeasuredAnswer[],
  outside: readonly number[] = [],
): TaskReport {
  const single = head.kind === 'SINGLE_LABEL';
  const confusion = single ? head.labels.map(() => head.labels.map(() => 0)) : [];
  const counts = head.labels.map(() => ({ hit: 0, predicted: 0, given: 0 }));
  for (const { truth, given } of answers) {
    for (const label of given) counts[label].predicted += 1;
    for (const label of truth) counts[label].given += 1;
    for (const label of given) if (truth.includes(label)) counts[label].hit += 1;
    if (single) confusion[truth[0]][given[0]] += 1;
  }
  const perLabel = counts.map(({ hit, predicted, given }, label) => {
    const precision = ratio(hit, predicted);
    const recall = ratio(hit, given);
    return { label: head.labels[label], precision, recall, f1: ratio(2 * hit, predicted + given), support: given };
  });
  const seen = perLabel.filter((_, label) => counts[label].given + counts[label].predicted > 0);
  const figures = {
    task: head.task,
    accuracy: ratio(answers.filter(isRight).length, answers.length),
    macroF1: ratio(
      seen.reduce((sum, { f1 }) => sum + f1, 0),
      seen.length,
    ),
    perLabel,
    confusion,
    support: answers.length,
  };
  if (!single) return { ...figures, expectedCalibrationError: undefined };
  const sure = (confidence: (answer: MeasuredAnswer) => number) =>
    answers.map((answer) => ({ confidence: confidence(answer), right: isRight(answer) }));
  const calibrated = sure(({ confidence }) => confidence);
  return {
    ...figures,
    expectedCalibrationError: expectedCalibrationError(calibrated),
    uncalibratedCalibrationError: expectedCalibrationError(sure(({ logits }) => uncalibrated(logits))),
    reliability: reliability(calibrated),
    abstention: abstentionReport(answers, outside),
  };
}

/** A report under the names of a reshaped head; none where a label went, as nothing was measured without it. */
export function reshapeReport(report: TaskReport, reshape: Reshape): TaskReport | undefined {
  const shape = reshaped({ task: report.task, labels: report.perLabel.map(({ label }) => label) }, reshape);
  if (shape === undefined || shape.places.length < report.perLabel.length) return undefined;
  const perLabel = report.perLabel.map((each, place) => ({ ...each, label: shape.labels[place] }));
  return { ...report, task: shape.task, perLabel };
}

/** The rows whose label, or whole set of labels, is right. */
const isRight = ({ truth, given }: MeasuredAnswer): boolean =>
  given.length === truth.length && given.every((label) => truth.includes(label));

function uncalibrated(logits: Float32Array): number {
  const score = scores({ kind: 'SINGLE_LABEL', temperature: 1 }, logits);
  return score[argmax(score)];
}

function abstentionReport(
  answers: readonly MeasuredAnswer[],
  outside: readonly number[],
): AbstentionReport | undefined {
  const scoped = answers.flatMap((answer) =>
    answer.scope === undefined || answer.abstainBelow === undefined
      ? []
      : [{ scope: answer.scope, threshold: answer.abstainBelow, right: isRight(answer) }],
  );
  if (scoped.length === 0) return undefined;
  const answered = scoped.filter(({ scope, threshold }) => scope >= threshold);
  const inside = scoped.map(({ scope }) => scope);
  return {
    coverage: ratio(answered.length, scoped.length),
    accuracyWhenAnswered: ratio(answered.filter(({ right }) => right).length, answered.length),
    auroc: outside.length === 0 ? undefined : auroc(inside, outside),
  };
}

/** The chance that one of `high` lies above one of `low`, halves for ties (Mann & Whitney 1947). */
export function auroc(high: readonly number[], low: readonly number[]): number {
  const all = [...high.map((value) => ({ value, high: true })), ...low.map((value) => ({ value, high: false }))].sort(
    (a, b) => a.value - b.value,
  );
  let ranks = 0;
  for (let from = 0; from < all.length; ) {
    let to = from;
    while (to < all.length && all[to].value === all[from].value) to++;
    for (let i = from; i < to; i++) if (all[i].high) ranks += (from + to + 1) / 2;
    from = to;
  }
  return (ranks - (high.length * (high.length + 1)) / 2) / (high.length * low.length);
}

interface SureRow {
  readonly confidence: number;
  readonly right: boolean;
}

const BINS = 15;

/** Mean gap between confidence and accuracy over 15 bins of equal width (Guo et al. 2017, eq. 3). */
export const expectedCalibrationError = (rows: readonly SureRow[]): number =>
  ratio(
    reliability(rows).reduce((sum, bin) => sum + bin.rows * Math.abs(bin.confidence - bin.accuracy), 0),
    rows.length,
  );

/** Rows by confidence, in 15 bins of equal width. */
function reliability(rows: readonly SureRow[]): ReliabilityBin[] {
  const sums = Array.from({ length: BINS }, () => ({ rows: 0, confidence: 0, right: 0 }));
  for (const { confidence, right } of rows) {
    const bin = sums[Math.min(BINS - 1, Math.floor(confidence * BINS))];
    bin.rows += 1;
    bin.confidence += confidence;
    bin.right += right ? 1 : 0;
  }
  return sums.map(({ rows, confidence, right }) => ({
    rows,
    confidence: ratio(confidence, rows),
    accuracy: ratio(right, rows),
  }));
}

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
