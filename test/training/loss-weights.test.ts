import { beforeAll, describe, expect, it } from 'vitest';
import type { Example } from '#src/datasets/example.js';
import { startHead } from '#src/heads/start.js';
import { readyTensorFlow } from '#src/heads/tensorflow.js';
import { RandomGenerator } from '#src/random/generator.js';
import { type Epoch, fitHeads } from '#src/training/fit.js';
import { checkHyperparameters } from '#src/training/hyperparameters.js';
import { lossWeightsOf, uncertaintyGradient } from '#src/training/loss-weights.js';

const two = [
  { kind: 'SINGLE_LABEL' as const, labels: ['a', 'b'] },
  { kind: 'MULTI_LABEL' as const, labels: ['x', 'y', 'z'] },
];

describe('loss weights that are learned', () => {
  it('follow the gradient of the sum that the paper minimizes', () => {
    const losses = [0.7, 2.5];
    const sum = (s: readonly number[]) =>
      s.reduce((total, each, t) => total + Math.exp(-each) * losses[t] + each / 2, 0);
    const s = [0.3, -0.4];
    const gradient = uncertaintyGradient(Float32Array.from(s), losses);
    s.forEach((_, t) => {
      const at = (by: number) => sum(s.map((each, i) => (i === t ? each + by : each)));
      expect(gradient[t]).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 5);
    });
  });

  it('start as if every head guessed, and settle at half the inverse of each loss', () => {
    const weights = lossWeightsOf('UNCERTAINTY', two);
    expect(weights.values[0]).toBeCloseTo(1 / (2 * Math.log(2)));
    expect(weights.values[1]).toBeCloseTo(1 / (2 * 3 * Math.log(2)));
    for (let step = 0; step < 2000; step++) weights.learn([0.1, 5]);
    expect(weights.values[0]).toBeCloseTo(1 / 0.2, 1);
    expect(weights.values[1]).toBeCloseTo(1 / 10, 2);
  });

  it('stay bounded where a task is learned by heart, and leave a task without rows be', () => {
    const weights = lossWeightsOf('UNCERTAINTY', two);
    const [, second] = weights.values;
    for (let step = 0; step < 2000; step++) weights.learn([0, Number.NaN]);
    expect(weights.values[0]).toBeLessThanOrEqual(Math.exp(4) + 1e-3);
    expect(weights.values[1]).toBeCloseTo(second);
  });

  it('compare epochs by what is lost beside guessing, of which a hopeless task has no say', () => {
    const { validationLoss } = lossWeightsOf('UNCERTAINTY', two);
    expect(validationLoss([Math.log(2) / 2, 100])).toBeCloseTo((0.5 + 1) / 2);
    expect(validationLoss([Math.log(2) / 2, 200])).toBeCloseTo((0.5 + 1) / 2);
    expect(validationLoss([Number.NaN, Number.NaN])).toBeNaN();
    expect(lossWeightsOf([0.5, 2], two).validationLoss([1, 3])).toBe(6.5);
  });

  it('go on from where they were saved', () => {
    const whole = lossWeightsOf('UNCERTAINTY', two);
    const first = lossWeightsOf('UNCERTAINTY', two);
    for (let step = 0; step < 7; step++) for (const each of [whole, first]) each.learn([0.4, 3]);
    const rest = lossWeightsOf('UNCERTAINTY', two, JSON.parse(JSON.stringify(first.state)));
    for (let step = 0; step < 7; step++) for (const each of [whole, rest]) each.learn([0.2, 3]);
    expect(rest.values).toEqual(whole.values);
  });
});

describe('two heads on one fixed encoder', () => {
  beforeAll(async () => {
    await readyTensorFlow();
  });

  const random = RandomGenerator.seeded(3);
  const examples: Example[] = Array.from({ length: 300 }, (_, row) => ({
    text: `${row}`,
    labels: { clean: row % 2 ? 'a' : 'b', noise: random.below(2) ? 'x' : 'y' },
  }));
  const vectors = Float32Array.from({ length: 300 * 8 }, (_, i) =>
    i % 8 === 0 ? (Math.floor(i / 8) % 2 ? 1 : -1) + random.normal() : random.normal(),
  );
  const rows = { examples, vectors, dimensions: 8 };
  const heads = ['clean', 'noise'].map((task) =>
    startHead(
      {
        task,
        kind: 'SINGLE_LABEL',
        labels: task === 'clean' ? ['a', 'b'] : ['x', 'y'],
        temperature: 1,
        hiddenUnits: 0,
      },
      undefined,
      8,
      1,
    ),
  );
  const split = {
    training: [...Array(200).keys()],
    validation: [...Array(100).keys()].map((row) => 200 + row),
    test: [],
  };
  const learn = async (lossWeights: readonly number[] | 'UNCERTAINTY') => {
    const epochs: Epoch[] = [];
    const learned = await fitHeads(heads, rows, split, {
      hyperparameters: { ...checkHyperparameters({ epochs: 12, patience: 3 }, 300, undefined), dropout: 0 },
      lossWeights,
      seed: 1,
      signal: new AbortController().signal,
      onStep: () => {},
      onEpoch: async (epoch) => void epochs.push(epoch),
    });
    return { learned, epochs };
  };

  it('give the noisy task the smaller weight, as the history tells', async () => {
    const { epochs } = await learn('UNCERTAINTY');
    const [clean, noise] = epochs.at(-1)?.tasks.map(({ lossWeight }) => lossWeight) ?? [];
    expect(clean).toBeGreaterThan(1.5 * noise);
    expect(epochs[0].tasks[0].lossWeight).not.toBe(clean);
  });

  it('keep the best epoch of each for itself', async () => {
    const { learned, epochs } = await learn([0.5, 0.5]);
    const best = (task: number) => {
      const losses = epochs.map(({ tasks }) => tasks[task].loss ?? Infinity);
      return losses.indexOf(Math.min(...losses));
    };
    expect(best(0)).not.toBe(best(1));
    expect(learned.map(({ task }) => task)).toEqual(['clean', 'noise']);
  });
});
