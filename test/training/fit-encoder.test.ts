import { beforeAll, describe, expect, it } from 'vitest';
import type { Example } from '#src/datasets/example.js';
import { readArchitecture } from '#src/encoder/architecture.js';
import { type Learning, wordTable } from '#src/encoder/training/parameters.js';
import type { Head } from '#src/heads/head.js';
import { startHead } from '#src/heads/start.js';
import { readyTensorFlow } from '#src/heads/tensorflow.js';
import { RandomGenerator } from '#src/random/generator.js';
import { checkpointParts, readCheckpoint } from '#src/training/checkpoint-file.js';
import type { EncoderCheckpoint } from '#src/training/encoder-checkpoint.js';
import type { Epoch } from '#src/training/fit.js';
import { type EncoderFitOptions, fitEncoder, type LearnedEncoder } from '#src/training/fit-encoder.js';
import { smallConfig, smallWeights } from '../encoder/random-bert.js';

beforeAll(async () => {
  await readyTensorFlow();
});

const architecture = readArchitecture(smallConfig);
const stored = smallWeights('');
const weights = (name: string): Float32Array => {
  const values = stored.get(name)?.values;
  if (values instanceof Float32Array) return values.slice();
  throw new Error(`no tensor ${name}`);
};

/** Texts of words 5 to 11; the label is red (8) before blue (10), or not. Word 12 and 13 never occur. */
const random = RandomGenerator.seeded(8);
const texts = Array.from({ length: 140 }, () => {
  const middle = Array.from({ length: random.below(7) }, () => 5 + random.below(3));
  return Int32Array.of(2, ...middle, ...random.shuffled([8, 10]), 3);
});
const examples: readonly Example[] = texts.map((ids, row) => ({
  text: `text ${row}`,
  labels: { order: ids.indexOf(8) < ids.indexOf(10) ? 'red first' : 'blue first' },
}));
const split = {
  test: [],
  training: Array.from({ length: 100 }, (_, row) => row),
  validation: Array.from({ length: 40 }, (_, row) => 100 + row),
};
const head: Head = startHead(
  { task: 'order', kind: 'SINGLE_LABEL', labels: ['blue first', 'red first'], temperature: 1, hiddenUnits: 0 },
  undefined,
  architecture.hidden,
  1,
);

const options: EncoderFitOptions = {
  hyperparameters: {
    epochs: 3,
    batchSize: 8,
    headLearningRate: 0.05,
    encoderLearningRate: 0.002,
    weightDecay: 0.01,
    warmupRatio: 0.1,
    dropout: 0.1,
    hiddenDropout: 0.1,
    attentionDropout: 0.1,
    maxGradNorm: 1,
    hiddenUnits: 0,
    patience: 10,
  },
  lossWeights: [1],
  seed: 4,
  signal: new AbortController().signal,
  threads: 2,
  boundaryBytes: 1e9,
  onStep: () => {},
  onEpoch: async () => {},
};

const all: Learning = { kind: 'all' };
const learn = (learning: Learning, changed: Partial<EncoderFitOptions> = {}, from = weights): Promise<LearnedEncoder> =>
  fitEncoder({ architecture, pooling: 'mean', weights: from, learning }, [head], examples, texts, split, {
    ...options,
    ...changed,
  });

const bytes = ({ tensors, heads }: LearnedEncoder) =>
  [...tensors.values(), ...heads.flatMap(({ output }) => [output.weight, output.bias])].map((numbers) =>
    Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).toString('base64'),
  );

describe('an encoder that learns with its heads', () => {
  it('learns what its heads alone could not', async () => {
    const best = async (learning: Learning) => {
      const accuracies: number[] = [];
      const noDropout = { dropout: 0, hiddenDropout: 0, attentionDropout: 0 };
      await learn(learning, {
        hyperparameters: { ...options.hyperparameters, ...noDropout, epochs: 60, patience: 60 },
        onEpoch: async ({ tasks }) => void accuracies.push(tasks[0].accuracy ?? 0),
      });
      return Math.max(...accuracies);
    };
    const [whole, headsOnly] = [await best(all), await best({ kind: 'above', frozenLayers: 2 })];
    expect(whole).toBeGreaterThanOrEqual(0.9);
    expect(headsOnly).toBeLessThan(0.8);
  });

  it('ends in the same bytes each time, and in others with another seed', async () => {
    const first = bytes(await learn(all));
    expect(bytes(await learn(all))).toEqual(first);
    expect(bytes(await learn(all, { seed: 5 }))).not.toEqual(first);
  });

  it.each<[string, Learning, EncoderFitOptions['lossWeights']]>([
    ['all of it', all, [1]],
    ['its upper layer', { kind: 'above', frozenLayers: 1 }, [1]],
    ['with loss weights that learn', { kind: 'above', frozenLayers: 1 }, 'UNCERTAINTY'],
  ])('that was stopped at any checkpoint ends as if it had not been: %s', async (_, learning, lossWeights) => {
    const checkpoints: EncoderCheckpoint[] = [];
    const onCheckpoint = async (checkpoint: EncoderCheckpoint) =>
      void checkpoints.push(readCheckpoint(Buffer.concat(checkpointParts(checkpoint))));
    const whole = bytes(await learn(learning, { onCheckpoint, checkpointAge: 0, lossWeights }));
    expect(checkpoints.length).toBeGreaterThanOrEqual(3);
    const within = checkpoints.filter(({ progress }) => progress.batch > 0);
    expect(within.length).toBeGreaterThan(5);
    for (const resume of [within[2], ...checkpoints.filter(({ progress }) => progress.batch === 0)])
      expect(bytes(await learn(learning, { resume: async () => resume, lossWeights }))).toEqual(whole);
  });

  it('hands back only what may have changed, and leaves words that no row has as they were', async () => {
    const { tensors } = await learn(all);
    const table = tensors.get(wordTable) ?? new Float32Array(0);
    const before = weights(wordTable);
    const row = (numbers: Float32Array, word: number) => numbers.slice(32 * word, 32 * (word + 1));
    expect(row(table, 13)).toEqual(row(before, 13));
    expect(row(table, 8)).not.toEqual(row(before, 8));
    expect(tensors.size).toBe(stored.size);

    const upper = await learn({ kind: 'above', frozenLayers: 1 });
    expect([...upper.tensors.keys()].every((name) => name.startsWith('encoder.layer.1.'))).toBe(true);
    expect(upper.tensors.size).toBe(16);
  });

  it('is taught through a frozen head, which keeps its weights', async () => {
    const layer = (inputs: number, outputs: number) => ({
      weight: Float32Array.from({ length: inputs * outputs }, () => random.normal()),
      bias: new Float32Array(outputs),
    });
    const fixed: Head = { ...head, task: 'fixed', hidden: layer(32, 5), output: layer(5, 2) };
    const rows = examples.map(({ text, labels }) => ({ text, labels: { ...labels, fixed: labels.order } }));
    const losses: (number | undefined)[] = [];
    const learnFixed = (heads: readonly Head[], lossWeights: readonly number[]) =>
      fitEncoder({ architecture, pooling: 'mean', weights, learning: all }, heads, rows, texts, split, {
        ...options,
        hyperparameters: { ...options.hyperparameters, epochs: 8 },
        frozenHeads: ['fixed'],
        lossWeights,
        onEpoch: async ({ tasks }) => void losses.push(tasks[0].loss),
      });
    const alone = await learnFixed([fixed], [1]);
    expect(alone.heads).toEqual([fixed]);
    expect(losses.at(-1)).toBeLessThan(0.97 * (losses[0] ?? 0));
    const both = await learnFixed([fixed, head], [0.5, 0.5]);
    expect(both.heads[0]).toEqual(fixed);
    expect(both.heads[1].output.weight).not.toEqual(head.output.weight);
  });

  it('is the same whether the boundary is kept in memory or on disk', async () => {
    const learning: Learning = { kind: 'above', frozenLayers: 1 };
    expect(bytes(await learn(learning, { boundaryBytes: 0 }))).toEqual(bytes(await learn(learning)));
  });

  it('keeps the weights of the best epoch, not of the last', async () => {
    const losses: number[] = [];
    const hyperparameters = { ...options.hyperparameters, epochs: 6, encoderLearningRate: 0.02, headLearningRate: 0.3 };
    const onEpoch = async ({ validationLoss }: Epoch) => void losses.push(validationLoss ?? 0);
    const { epoch } = await learn(all, { hyperparameters, onEpoch });
    expect(epoch).toBe(1 + losses.indexOf(Math.min(...losses)));
  });

  it('stops within a step when it is cancelled', async () => {
    const stopped = new AbortController();
    const steps: number[] = [];
    const onStep = ({ step }: { step: number }) => {
      steps.push(step);
      if (step === 3) stopped.abort(new Error('enough'));
    };
    await expect(learn(all, { signal: stopped.signal, onStep })).rejects.toThrow('enough');
    expect(steps).toEqual([1, 2, 3]);
  });

  it('says so when it comes apart, with the last checkpoint still good', async () => {
    const checkpoints: EncoderCheckpoint[] = [];
    const learning = learn(all, {
      hyperparameters: { ...options.hyperparameters, encoderLearningRate: 1e30, epochs: 5 },
      onCheckpoint: async (checkpoint) => void checkpoints.push(checkpoint),
      checkpointAge: 0,
    });
    await expect(learning).rejects.toThrow(
      /came apart at step \d+: the loss is .*A lower encoderLearningRate may help/,
    );
    for (const { weights } of checkpoints) expect(weights.dense.values.every(Number.isFinite)).toBe(true);
  });
});
