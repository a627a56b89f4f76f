import { describe, expect, it } from 'vitest';
import { RandomGenerator } from '#src/random/generator.js';
import { AdamW } from '#src/training/adamw.js';
import { batchesByLength, similarBatches } from '#src/training/batches.js';
import { LearningWeights } from '#src/training/learning-weights.js';
import { openNoise } from '#src/training/noise.js';

const random = RandomGenerator.seeded(2);
const normals = (length: number) => Float32Array.from({ length }, () => random.normal());
const rates = { encoder: 0.01, head: 0.1, weightDecay: 0.1, gradientScale: 1 };

function gradientsOf(weights: LearningWeights, name: string): Float32Array {
  const { data } = weights.gradientFetches((each) => each)[name];
  if (data instanceof Float32Array) return data;
  throw new Error('float32 was expected');
}

describe('weights that learn in one memory', () => {
  it('take the steps of AdamW, each group at its own rate, whatever their sizes', () => {
    const shapes = [
      { name: 'matrix', shape: [5, 7], group: 'encoder', decays: true },
      { name: 'bias', shape: [3], group: 'encoder', decays: false },
      { name: 'head', shape: [2, 3], group: 'head', decays: true },
    ] as const;
    const weights = new LearningWeights(shapes, undefined);
    const twins = shapes.map(({ name, group, decays }) => {
      const values = weights.values(name);
      values.set(normals(values.length));
      const twin = Float32Array.from(values);
      return { name, twin, rate: rates[group], adam: new AdamW([{ values: twin, weightDecay: decays ? 0.1 : 0 }]) };
    });
    for (let step = 0; step < 20; step++) {
      let squares = 0;
      for (const { name, twin, adam, rate } of twins) {
        const gradient = normals(twin.length);
        squares += gradient.reduce((sum, each) => sum + each * each, 0);
        gradientsOf(weights, name).set(gradient);
        adam.step([gradient.map((each) => each / 2)], rate);
      }
      expect(weights.gradientNorm(0)).toBeCloseTo(Math.sqrt(squares), 4);
      weights.step({ ...rates, gradientScale: 0.5 }, new Int32Array(0));
    }
    for (const { name, twin } of twins)
      weights.values(name).forEach((value, i) => {
        expect(value).toBeCloseTo(twin[i], 5);
      });
  });

  it('touch only the rows of a table that a step names, with the moments that zeros in between would have left', () => {
    const weights = new LearningWeights([], { rows: 6, columns: 4, mostTouched: 2 });
    const start = normals(24);
    weights.tableValues.set(start);
    // In JavaScript: every row has its moments, which decay in every step, and moves only when it is touched.
    const [values, means, variances] = [Float64Array.from(start), new Float64Array(24), new Float64Array(24)];
    for (let step = 1; step <= 12; step++) {
      const touched = step % 3 === 0 ? [4] : [1, step % 2];
      const rows = Int32Array.from(new Set(touched));
      const gradient = weights.tableGradients(rows.length);
      gradient.set(normals(gradient.length));
      for (let i = 0; i < 24; i++) {
        const place = rows.indexOf(Math.floor(i / 4));
        const g = place < 0 ? 0 : gradient[4 * place + (i % 4)];
        means[i] = 0.9 * means[i] + 0.1 * g;
        variances[i] = 0.999 * variances[i] + 0.001 * g * g;
        if (place < 0) continue;
        const root = Math.sqrt(variances[i] / (1 - 0.999 ** step)) + 1e-8;
        values[i] = values[i] * (1 - 0.01 * 0.1) - (0.01 * (means[i] / (1 - 0.9 ** step))) / root;
      }
      weights.step(rates, rows);
    }
    weights.tableValues.forEach((value, i) => {
      expect(value).toBeCloseTo(values[i], 5);
    });
    for (const row of [2, 3, 5])
      expect(weights.tableValues.slice(4 * row, 4 * row + 4)).toEqual(start.slice(4 * row, 4 * row + 4));
  });

  it('say that vectors of an odd length cannot learn', () => {
    expect(() => new LearningWeights([], { rows: 2, columns: 6, mostTouched: 1 })).toThrow('a multiple of 4');
  });
});

describe('noise for dropout', () => {
  it('is drawn in bulk as it would be one by one', () => {
    const [bulk, single] = [RandomGenerator.seeded(7), RandomGenerator.seeded(7)];
    const words = new Uint32Array(50);
    bulk.fill(words);
    expect([...words]).toEqual(Array.from(words, () => single.bits()));
    expect(bulk.state).toEqual(single.state);
  });

  const draw = (tokens: number, random: RandomGenerator) => {
    const inputs = [
      { name: 'tenth', shape: ['tokens', 7], rate: 0.1 },
      { name: 'half', shape: ['tokens'], rate: 0.5 },
    ];
    const drawn = openNoise(inputs)({ texts: 1, tokens, longest: tokens }, random);
    return inputs.map(({ name }) => {
      const { data } = drawn[name];
      if (!(data instanceof Float32Array)) throw new Error('float32 was expected');
      return data;
    });
  };

  it('comes from four generators side by side, a byte a number, one place after the other', () => {
    const noise = draw(37, RandomGenerator.seeded(5));
    const seed = new Uint32Array(16);
    RandomGenerator.seeded(5).fill(seed);
    const generators = [0, 1, 2, 3].map((lane) =>
      RandomGenerator.restored([0, 4, 8, 12].map((word) => seed[word + lane])),
    );
    for (const [place, dropped] of [26, 128].entries()) {
      const rounds = Array.from({ length: Math.ceil(noise[place].length / 16) }, () =>
        Uint32Array.from(generators, (each) => each.bits()),
      );
      const bytes = rounds.flatMap((words) => [...new Uint8Array(words.buffer)]);
      noise[place].forEach((each, i) => {
        expect(each).toBe(bytes[i] < dropped ? 0 : Math.fround(256 / (256 - dropped)));
      });
    }
  });

  it('drops its share, and leaves the mean where it was', () => {
    const [noise] = draw(14_289, RandomGenerator.seeded(1));
    const dropped = noise.filter((each) => each === 0).length / noise.length;
    expect(dropped).toBeCloseTo(26 / 256, 2);
    expect(noise.reduce((a, b) => a + b, 0) / noise.length).toBeCloseTo(1, 2);
    expect(new Set(noise).size).toBe(2);
  });
});

describe('the batches of an epoch', () => {
  const rows = Array.from({ length: 1000 }, (_, row) => row);
  const lengths = rows.map(() => 4 + random.below(60));
  const lengthOf = (row: number) => lengths[row];
  const padding = (batches: readonly (readonly number[])[]) => {
    const places = batches.reduce((sum, batch) => sum + batch.length * Math.max(...batch.map(lengthOf)), 0);
    return places / lengths.reduce((a, b) => a + b, 0) - 1;
  };

  it('hold every row once, in another order each epoch, with little padding', () => {
    const order = RandomGenerator.seeded(1);
    const [first, second] = [similarBatches(rows, lengthOf, 32, order), similarBatches(rows, lengthOf, 32, order)];
    expect(first.flat().sort((a, b) => a - b)).toEqual(rows);
    expect(second).not.toEqual(first);
    expect(first.length).toBe(32);
    expect(padding(first)).toBeLessThan(0.1);
    const means = first.map((batch) => batch.reduce((sum, row) => sum + lengthOf(row), 0) / batch.length);
    expect(means).not.toEqual([...means].sort((a, b) => a - b));
  });

  it('that only go forward hold as many rows as fit', () => {
    const batches = batchesByLength(rows, lengthOf, 512);
    expect(batches.flat().sort((a, b) => a - b)).toEqual(rows);
    expect(Math.max(...batches.map((batch) => batch.length * Math.max(...batch.map(lengthOf))))).toBeLessThanOrEqual(
      512,
    );
    expect(padding(batches)).toBeLessThan(0.05);
  });
});
