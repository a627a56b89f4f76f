import { type Example, labelsOf, OUT_OF_SCOPE } from '../datasets/example.js';
import { scopeScore } from '../heads/abstention.js';
import { argmax, givenLabels, scores } from '../heads/forward.js';
import type { Head } from '../heads/head.js';
import type { PairedRows } from './compare.js';
import { type EmbeddedRows, vectorOf } from './rows.js';

/** What a head says of one row. */
export interface Answer {
  readonly row: number;
  /** [labels], before the temperature. */
  readonly logits: Float32Array;
  /** [labels], after it. */
  readonly scores: Float32Array;
  /** Places of the labels that the row is given. */
  readonly given: readonly number[];
  /** The score of the best label. */
  readonly confidence: number;
  /** See `scopeScore`; undefined where the head cannot abstain. */
  readonly scope: number | undefined;
}

/**
 * What a head says of some rows, whatever they are labelled with.
 * @param which rows, in this order
 * @param logits of these rows, before the temperature
 */
export function answersFrom(
  head: Head,
  rows: EmbeddedRows,
  which: readonly number[],
  logits: readonly Float32Array[],
): Answer[] {
  return which.map((row, place) => {
    const score = scores(head, logits[place]);
    return {
      row,
      logits: logits[place],
      scores: score,
      given: givenLabels(head, score),
      confidence: score[argmax(score)],
      scope: head.abstention && scopeScore(head.abstention, vectorOf(rows, row), score),
    };
  });
}

/** The rows that are labelled for a task, among some; those out of its scope are not. */
export const labelledRows = (examples: readonly Example[], task: string, which: readonly number[]): readonly number[] =>
  which.filter((row) => labelsOf(examples[row], task) !== undefined && !isOutOfScope(examples[row], task));

/** The rows that say that none of a task's labels is right, among some. */
export const outOfScopeRows = (
  examples: readonly Example[],
  task: string,
  which: readonly number[],
): readonly number[] => which.filter((row) => isOutOfScope(examples[row], task));

const isOutOfScope = (example: Example, task: string): boolean =>
  labelsOf(example, task)?.includes(OUT_OF_SCOPE) ?? false;

/** Two heads' answers to the same rows, with what the rows say. A label that a head does not know it cannot give. */
export function paired(
  [a, saidByA]: readonly [Pick<Head, 'labels'>, readonly Pick<Answer, 'given'>[]],
  [b, saidByB]: readonly [Pick<Head, 'labels'>, readonly Pick<Answer, 'given'>[]],
  truth: readonly (readonly string[])[],
): PairedRows {
  const places = new Map<string, number>();
  const place = (label: string): number => {
    const known = places.get(label) ?? places.size;
    places.set(label, known);
    return known;
  };
  const [placesOfA, placesOfB] = [a.labels.map(place), b.labels.map(place)];
  const right = truth.map((labels) => labels.map(place));
  return {
    labels: places.size,
    truth: right,
    a: saidByA.map(({ given }) => given.map((label) => placesOfA[label])),
    b: saidByB.map(({ given }) => given.map((label) => placesOfB[label])),
  };
}
