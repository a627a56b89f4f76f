import { RandomGenerator } from '../random/generator.js';
import { turns } from '../turns.js';

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

/**
 * The difference of two heads and its percentile interval by the paired bootstrap (Efron & Tibshirani 1993, ch. 16; Koehn
 * 2004): the same rows are drawn for both, so that what is hard for both cancels out. Rows that are alike in all they say are
 * counted together. The same rows and seed give the same interval.
 */
export async function pairedDifferences(rows: PairedRows, seed: number): Promise<Omit<TaskDifference, 'task'>> {
  const turn = turns();
  const cells = await cellsOf(rows, turn);
  const all = scoredBoth(cells, countsOf(cells.of, cells.count), rows.labels);
  const random = RandomGenerator.seeded(seed, 'bootstrap');
  const size = rows.truth.length;
  const drawn = { accuracy: new Float64Array(RESAMPLES), macroF1: new Float64Array(RESAMPLES) };
  const counts = new Float64Array(cells.count);
  for (let resample = 0; resample < RESAMPLES; resample++) {
    await turn();
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

type Places = readonly (readonly number[])[];

/** Rows that are alike in truth and in what both heads say. What the resamples only count is told once for all of them. */
interface Cells {
  readonly count: number;
  /** The cell of each row. */
  readonly of: Int32Array;
  readonly truth: Places;
  readonly a: Said;
  readonly b: Said;
}

/** What a head says of each cell. */
interface Said {
  readonly given: Places;
  /** Those of them that are right. */
  readonly hits: Places;
  /** Cells whose label, or whole set of labels, is right. */
  readonly right: readonly number[];
}

async function cellsOf({ truth, a, b }: PairedRows, turn: () => Promise<void> | undefined): Promise<Cells> {
  const places = new Map<string, number>();
  const firsts: number[] = [];
  const of = new Int32Array(truth.length);
  for (const [row, given] of truth.entries()) {
    await turn();
    const key = [given, a[row], b[row]].map((labels) => [...labels].sort((x, y) => x - y).join(' ')).join('|');
    const cell = places.get(key) ?? firsts.push(row) - 1;
    places.set(key, cell);
    of[row] = cell;
  }
  const truths = firsts.map((row) => truth[row]);
  const said = async (all: Places): Promise<Said> => {
    const given = firsts.map((row) => all[row]);
    const hits: (readonly number[])[] = [];
    for (const [cell, labels] of given.entries()) {
      await turn();
      const isTrue = new Set(truths[cell]);
      hits.push(labels.filter((label) => isTrue.has(label)));
    }
    const isRight = (cell: number) =>
      hits[cell].length === truths[cell].length && hits[cell].length === given[cell].length;
    return { given, hits, right: [...hits.keys()].filter(isRight) };
  };
  return { count: firsts.length, of, truth: truths, a: await said(a), b: await said(b) };
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

function scoredBoth({ truth, a, b }: Cells, counts: Float64Array, labels: number): { a: Scores; b: Scores } {
  const given = countLabels(truth, counts, labels);
  return { a: scored(given, a, counts), b: scored(given, b, counts) };
}

/**
 * Accuracy, and the mean F1 over the labels that occur or were predicted, of rows by cell.
 * @param occurring rows of each label
 */
function scored(occurring: Float64Array, { given, hits, right }: Said, counts: Float64Array): Scores {
  const labels = occurring.length;
  const [predicted, hit] = [countLabels(given, counts, labels), countLabels(hits, counts, labels)];
  let [sum, seen] = [0, 0];
  for (let label = 0; label < labels; label++) {
    if (occurring[label] + predicted[label] === 0) continue;
    sum += (2 * hit[label]) / (occurring[label] + predicted[label]);
    seen += 1;
  }
  const rows = counts.reduce((all, count) => all + count, 0);
  const rightRows = right.reduce((all, cell) => all + counts[cell], 0);
  return { accuracy: rows === 0 ? 0 : rightRows / rows, macroF1: seen === 0 ? 0 : sum / seen };
}

/** How many rows have each label, by cell. */
function countLabels(places: Places, counts: Float64Array, labels: number): Float64Array {
  const rows = new Float64Array(labels);
  for (let cell = 0; cell < places.length; cell++) {
    const count = counts[cell];
    if (count > 0) for (const label of places[cell]) rows[label] += count;
  }
  return rows;
}

/** The middle 95 %. */
function interval(values: Float64Array): { low: number; high: number } {
  const sorted = values.slice().sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return { low: at(0.025), high: at(0.975) };
}
