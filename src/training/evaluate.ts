import { negativeLogLikelihood } from '../heads/calibration.js';
import type { Head } from '../heads/head.js';
import { outOfScopeRows } from './answers.js';
import { answersOf } from './batch-answers.js';
import { calibrate } from './calibrate.js';
import { type MeasuredAnswer, report, type TaskReport } from './metrics.js';
import type { EmbeddedRows } from './rows.js';
import { measuredRows, type Split } from './split.js';
import { truthOf } from './truth.js';

/** How a head does on rows, and its mean loss there. */
export interface Measured extends TaskReport {
  readonly loss: number;
}

/** Measures a head on the rows that are labelled for its task; undefined where none of them is. */
export const measure = (head: Head, rows: EmbeddedRows, which: readonly number[]): Measured | undefined =>
  told(head, [answered(head, rows, which)]);

/**
 * What a version's report says of a head that was calibrated on the validation rows: how it does on the test rows; or, where
 * there are none, on the validation rows, each half of them with what is calibrated on the other half, so that no figure is of
 * rows that it was fitted to.
 */
export function measureHeldOut(head: Head, rows: EmbeddedRows, split: Split): Measured | undefined {
  if (split.test.length > 0) return measureUnchanged(head, rows, split);
  const which = measuredRows(split);
  const [one, other] = halves(head, rows, which);
  const parts = [answered(calibrate(head, rows, other), rows, one), answered(calibrate(head, rows, one), rows, other)];
  return named(told(head, parts), 'VALIDATION');
}

/** The same of a head that nothing was chosen of: it is measured as it is. Rows of which none learns are no split. */
export function measureUnchanged(head: Head, rows: EmbeddedRows, split: Split): Measured | undefined {
  const measured = measure(head, rows, measuredRows(split));
  return split.training.length === 0 ? measured : named(measured, split.test.length > 0 ? 'TEST' : 'VALIDATION');
}

const named = (measured: Measured | undefined, split: 'VALIDATION' | 'TEST'): Measured | undefined =>
  measured && { ...measured, split };

/** Two halves in which every label has about as many rows. */
function halves(head: Head, rows: EmbeddedRows, which: readonly number[]): readonly [number[], number[]] {
  const truth = truthOf(head, rows.examples);
  const labelOf = (row: number) => truth[row]?.[0] ?? -1;
  const sorted = [...which].sort((a, b) => labelOf(a) - labelOf(b) || a - b);
  return [sorted.filter((_, place) => place % 2 === 0), sorted.filter((_, place) => place % 2 === 1)];
}

interface Answered {
  readonly answers: readonly MeasuredAnswer[];
  /** Scores within scope of rows that are out of it. */
  readonly outside: readonly number[];
  readonly loss: number;
}

function answered(head: Head, rows: EmbeddedRows, which: readonly number[]): Answered {
  const truth = truthOf(head, rows.examples);
  const labelled = which.filter((row) => truth[row] !== undefined);
  const abstainBelow = head.abstention?.threshold;
  const answers = answersOf(head, rows, labelled).map((answer) => ({
    ...answer,
    truth: truth[answer.row] ?? [],
    abstainBelow,
  }));
  const outside = head.abstention
    ? answersOf(head, rows, outOfScopeRows(rows.examples, head.task, which)).flatMap(({ scope }) => scope ?? [])
    : [];
  const logits = answers.map((answer) => answer.logits);
  return {
    answers,
    outside,
    loss: negativeLogLikelihood(
      head,
      logits,
      answers.map((answer) => answer.truth),
    ),
  };
}

function told(head: Head, parts: readonly Answered[]): Measured | undefined {
  const answers = parts.flatMap((part) => part.answers);
  if (answers.length === 0) return undefined;
  const loss = parts.reduce((sum, part) => sum + (part.answers.length > 0 ? part.loss * part.answers.length : 0), 0);
  return {
    ...report(
      head,
      answers,
      parts.flatMap((part) => part.outside),
    ),
    loss: loss / answers.length,
  };
}
