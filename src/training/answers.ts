import { type Example, labelsOf } from '../datasets/example.js';
import { argmax, scores } from '../heads/forward.js';
import { batchLogits } from '../heads/gradient.js';
import { type Head, layersOf, MULTI_LABEL_THRESHOLD } from '../heads/head.js';
import type { PairedRows } from './compare.js';
import { type EmbeddedRows, gather } from './rows.js';

/** What a head says of some rows, whatever they are labelled with. */
export interface Answers {
  readonly task: string;
  readonly labels: readonly string[];
  /** Places of the labels each row is given. */
  readonly predicted: readonly (readonly number[])[];
  /** The score of the best of them, a row. */
  readonly confidences: readonly number[];
}

/** The rows that are labelled for a task, among some. */
export const labelledRows = (examples: readonly Example[], task: string, which: readonly number[]): readonly number[] =>
  which.filter((row) => labelsOf(examples[row], task) !== undefined);

/** @param which rows, in this order */
export function answersOf(head: Head, rows: EmbeddedRows, which: readonly number[]): Answers {
  const { task, labels, kind } = head;
  const all = batchLogits(layersOf(head), gather(rows, which), which.length).map((logits) => scores(head, logits));
  const predicted = all.map((score) =>
    kind === 'SINGLE_LABEL'
      ? [argmax(score)]
      : [...score.keys()].filter((label) => score[label] >= MULTI_LABEL_THRESHOLD),
  );
  return { task, labels, predicted, confidences: all.map((score) => score[argmax(score)]) };
}

/** Two answers to the same rows, with what the rows say. A label that a head does not know it cannot give. */
export function paired(a: Answers, b: Answers, examples: readonly Example[], which: readonly number[]): PairedRows {
  const places = new Map<string, number>();
  const place = (label: string): number => {
    const known = places.get(label) ?? places.size;
    places.set(label, known);
    return known;
  };
  const given = ({ labels, predicted }: Answers) => {
    const here = labels.map(place);
    return predicted.map((row) => row.map((label) => here[label]));
  };
  const [saidByA, saidByB] = [given(a), given(b)];
  const truth = which.map((row) => (labelsOf(examples[row], a.task) ?? []).map(place));
  return { labels: places.size, truth, a: saidByA, b: saidByB };
}
