import { setImmediate as nextTurn } from 'node:timers/promises';
import { RandomGenerator } from '../random/generator.js';

/** What two heads say of the same rows of one task, as places in one list of labels. */
export interface PairedRows {
  readonly labels: number;
  readonly truth: readonly (readonly number[])[];
  readonly a: readonly (readonly number[])[];
  readonly b: readonly (readonly number[])[];
}

/** b minus a, with the 95 % interval in which it lies as far as these rows can tell. */
export interface Difference {
  /** Absent in records of earlier releases, as `b`. */
  readonly a?: number;
  readonly b?: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface TaskDifference {
  readonly task: string;
  /** Rows both were measured on. */
  readonly rows: number;
  readonly accuracy: Difference;
  readonly macroF1: Difference;
}

const RESAMPLES = 1000;

/** Resamples between two turns of the event loop, by rows drawn. */
const DRAWS_A_TURN = 500_000;

/**
 * The difference of two heads and its percentile interval by the paired bootstrap (Efron & Tibshirani 1993, ch. 16; Koehn
 * 2004): the same rows are drawn for both, so that what is hard for both cancels out. Rows that are alike in all they say are
 * counted together. The same rows and seed give the same interval.
 */
export async function pairedDifferences(rows: PairedRows, seed: number): Promise<Omit<TaskDifference, 'task'>> {
  const cells = cellsOf(rows);
  const all = scoredBoth(cells, countsOf(cells.of, cells.truth.length), rows.labels);
  const random = RandomGenerator.seeded(seed, 'bootstrap');
  const size = rows.truth.length;
  const drawn = { accuracy: new Float64Array(RESAMPLES), macroF1: new Float64Array(RESAMPLES) };
  const counts = new Float64Array(cells.truth.length);
  for (let resample = 0, draws = 0; resample < RESAMPLES; resample++, draws += size) {
    if (draws > DRAWS_A_TURN) {
      await nextTurn();
      draws = 0;
    }
    counts.fill(0);
    for (let row = 0; row < size; row++) counts[cells.of[random.below(size)]] += 1;
    const { a, b } = scoredBoth(cells, counts, rows.labels);
    drawn.accuracy[resample] = b.accuracy - a.accuracy;
    drawn.macroF1[resample] = b.macroF1 - a.macroF1;
  }
  const difference = (what: 'accuracy' | 'macroF1'): Difference => {
    const [a, b] = [all.a[what], all.b[what]];
    return { a, b, value: b - a, ...interval(drawn[what]) };
  };
  return { rows: size, accuracy: difference('accuracy'), macroF1: difference('macroF1') };
}

/** Rows that are alike in truth and in what both heads say. */
interface Cells {
  /** The cell of each row. */
  readonly of: Int32Array;
  readonly truth: readonly (readonly number[])[];
  readonly a: readonly (readonly number[])[];
  readonly b: readonly (readonly number[])[];
}

function cellsOf({ truth, a, b }: PairedRows): Cells {
  const places = new Map<string, number>();
  const firsts: number[] = [];
  const of = Int32Array.from(truth, (given, row) => {
    const key = [given, a[row], b[row]].map((labels) => [...labels].sort((x, y) => x - y).join(' ')).join('|');
    const known = places.get(key);
    if (known !== undefined) return known;
    places.set(key, firsts.length);
    return firsts.push(row) - 1;
  });
  const pick = (what: PairedRows['truth']) => firsts.map((row) => what[row]);
  return { of, truth: pick(truth), a: pick(a), b: pick(b) };
}

function countsOf(of: Int32Array, cells: number): Float64Array {
  const counts = new Float64Array(cells);
  for (const cell of of) counts[cell] += 1;
  return counts;
}

interface Scores {
  readonly accuracy: number;
  readonly macroF1: number;
}

const scoredBoth = ({ truth, a, b }: Cells, counts: Float64Array, labels: number): { a: Scores; b: Scores } => ({
  a: scored(truth, a, counts, labels),
  b: scored(truth, b, counts, labels),
});

/** Accuracy, and the mean F1 over the labels that occur or were predicted, of rows by cell. */
function scored(truth: Cells['truth'], said: Cells['truth'], counts: Float64Array, labels: number): Scores {
  const [hits, given, predicted] = [new Float64Array(labels), new Float64Array(labels), new Float64Array(labels)];
  let [right, rows] = [0, 0];
  counts.forEach((count, cell) => {
    for (const label of truth[cell]) given[label] += count;
    for (const label of said[cell]) predicted[label] += count;
    const common = said[cell].filter((label) => truth[cell].includes(label));
    for (const label of common) hits[label] += count;
    rows += count;
    if (common.length === truth[cell].length && common.length === said[cell].length) right += count;
  });
  let [sum, seen] = [0, 0];
  for (let label = 0; label < labels; label++) {
    if (given[label] + predicted[label] === 0) continue;
    sum += (2 * hits[label]) / (given[label] + predicted[label]);
    seen += 1;
  }
  return { accuracy: rows === 0 ? 0 : right / rows, macroF1: seen === 0 ? 0 : sum / seen };
}

/** The middle 95 %. */
function interval(values: Float64Array): { low: number; high: number } {
  const sorted = values.slice().sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return { low: at(0.025), high: at(0.975) };
}
