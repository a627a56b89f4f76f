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

  it('gives the same interval for the same seed', async () => {
    const pair = rows(100, 0.6, 0.7);
    expect(await pairedDifferences(pair, 7)).toEqual(await pairedDifferences(pair, 7));
  });
});
