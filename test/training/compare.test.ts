import { describe, expect, it } from 'vitest';
import { RandomGenerator } from '#src/random/generator.js';
import { type PairedRows, pairedDifferences } from '#src/training/compare.js';

describe('the difference of two heads on the same rows', () => {
  const random = RandomGenerator.seeded(5);
  /** Rows of two labels, of which each head gets its share right, by chance. */
  const rows = (size: number, a: number, b: number): PairedRows => {
    const truth = Array.from({ length: size }, () => [random.below(2)]);
    const said = (share: number) => truth.map(([label]) => [random.uniform() < share ? label : 1 - label]);
    return { labels: 2, truth, a: said(a), b: said(b) };
  };

  it('is that of the accuracies, and its interval the one that statistics books give for pairs', async () => {
    const pair = rows(2000, 0.8, 0.85);
    const right = (said: PairedRows['a']) => said.map(([label], row) => Number(label === pair.truth[row][0]));
    const [a, b] = [right(pair.a), right(pair.b)];
    const differences = a.map((each, row) => b[row] - each);
    const mean = differences.reduce((x, y) => x + y, 0) / 2000;
    const deviation = Math.sqrt(differences.reduce((sum, each) => sum + (each - mean) ** 2, 0) / 2000);
    const { accuracy, rows: counted } = await pairedDifferences(pair, 1);
    expect(counted).toBe(2000);
    expect(accuracy.value).toBeCloseTo(mean, 10);
    expect(accuracy.low).toBeCloseTo(mean - (1.96 * deviation) / Math.sqrt(2000), 2);
    expect(accuracy.high).toBeCloseTo(mean + (1.96 * deviation) / Math.sqrt(2000), 2);
  });

  it('covers the true difference about as often as it says', async () => {
    let covered = 0;
    for (let trial = 0; trial < 100; trial++) {
      const { accuracy } = await pairedDifferences(rows(200, 0.7, 0.8), trial);
      if (accuracy.low <= 0.1 && 0.1 <= accuracy.high) covered += 1;
    }
    expect(covered).toBeGreaterThanOrEqual(88);
  });

  it('is nothing where both say the same', async () => {
    const { truth, a } = rows(300, 0.7, 0.7);
    const { accuracy, macroF1 } = await pairedDifferences({ labels: 2, truth, a, b: a }, 1);
    for (const { a: ofOne, b: ofOther, ...difference } of [accuracy, macroF1]) {
      expect(difference).toEqual({ value: 0, low: 0, high: 0 });
      expect(ofOne).toBe(ofOther);
    }
  });

  it('takes the F1 of every label for itself, and sets of labels', async () => {
    const truth = [[0], [0], [1], [0, 1], []];
    const a = [[0], [1], [1], [0], []];
    const b = truth;
    // F1 of a: 2 * 2 / (3 + 2) for label 0, 2 * 1 / (2 + 2) for label 1.
    const { accuracy, macroF1 } = await pairedDifferences({ labels: 2, truth, a, b }, 1);
    expect(accuracy.value).toBeCloseTo(2 / 5);
    expect(macroF1.value).toBeCloseTo(1 - (0.8 + 0.5) / 2);
  });

  it('is that of heads that are measured anew on every resample', async () => {
    const [labels, size] = [12, 150];
    const set = (share: number) => [...Array(labels).keys()].filter(() => random.uniform() < share);
    const truth = Array.from({ length: size }, () => set(0.2));
    const said = (wrong: number) =>
      truth.map((right) => (random.uniform() < wrong ? set(0.2) : [...right].sort(() => random.uniform() - 0.5)));
    const pair: PairedRows = { labels, truth, a: said(0.6), b: said(0.3) };

    const macroF1 = (all: PairedRows['a'], rows: readonly number[]): number => {
      const scores = [...Array(labels).keys()].flatMap((label) => {
        const has = (one: readonly number[]) => one.includes(label);
        const both = rows.filter((row) => has(truth[row]) && has(all[row])).length;
        const either = rows.filter((row) => has(truth[row])).length + rows.filter((row) => has(all[row])).length;
        return either === 0 ? [] : [(2 * both) / either];
      });
      return scores.reduce((sum, each) => sum + each, 0) / scores.length;
    };
    const draw = RandomGenerator.seeded(3, 'bootstrap');
    const drawn = Array.from({ length: 1000 }, () => {
      const rows = Array.from({ length: size }, () => draw.below(size));
      return macroF1(pair.b, rows) - macroF1(pair.a, rows);
    }).sort((x, y) => x - y);
    const difference = await pairedDifferences(pair, 3);
    expect(difference.macroF1).toMatchObject({ low: drawn[25], high: drawn[975] });
  });

  it('lets everything else have its turn while it is made', async () => {
    const truth = Array.from({ length: 400 }, (_, row) => Array.from({ length: 60 }, (_, i) => (row * i) % 101));
    const pair: PairedRows = { labels: 101, truth, a: truth, b: truth.map((labels) => labels.slice(1)) };
    let [turns, isMade] = [0, false];
    const count = () => {
      turns += 1;
      if (!isMade) setImmediate(count);
    };
    setImmediate(count);
    await pairedDifferences(pair, 1);
    isMade = true;
    expect(turns).toBeGreaterThan(10);
  });

  it('gives the same interval for the same seed', async () => {
    const pair = rows(100, 0.6, 0.7);
    expect(await pairedDifferences(pair, 7)).toEqual(await pairedDifferences(pair, 7));
  });
});
