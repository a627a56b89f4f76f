import { describe, expect, it } from 'vitest';
import { readArchitecture } from '#src/encoder/architecture.js';
import type { Learning } from '#src/encoder/training/parameters.js';
import { startHead } from '#src/heads/start.js';
import { RandomGenerator } from '#src/random/generator.js';
import { batchParts } from '#src/training/batch-parts.js';
import { openLearningEncoder } from '#src/training/encoder-session.js';
import { smallConfig, smallWeights } from '../encoder/random-bert.js';

const architecture = readArchitecture(smallConfig);
const stored = smallWeights('');
const weights = (name: string): Float32Array => {
  const values = stored.get(name)?.values;
  if (values instanceof Float32Array) return values;
  throw new Error(`no tensor ${name}`);
};
const random = RandomGenerator.seeded(6);
const texts = Array.from({ length: 24 }, () =>
  Int32Array.of(2, ...Array.from({ length: 1 + random.below(20) }, () => 5 + random.below(7)), 3),
);
const all = [...texts.keys()];
const labels = ['a', 'b', 'c'];
const head = startHead(
  { task: 'letter', kind: 'SINGLE_LABEL', labels, temperature: 1, hiddenUnits: 0 },
  undefined,
  architecture.hidden,
  1,
);
const targets = {
  given: Float32Array.from({ length: 3 * texts.length }, (_, i) => (i % 3 === (i * 7) % 5 ? 1 : 0)),
  weights: Float32Array.from(texts, (_, row) => (row === 4 ? 0 : 1 + (row % 3))),
};

/** The gradients of one batch of all texts, where a run may keep so many bytes. */
async function gradients(activationBytes: number, learning: Learning, dropout: number) {
  const learner = await openLearningEncoder(
    {
      architecture,
      pooling: 'mean',
      learning,
      heads: [{ task: 'letter', kind: 'SINGLE_LABEL', labels, temperature: 1, hiddenUnits: 0, frozen: false }],
      dropout: { hidden: dropout, attention: dropout, vector: dropout },
    },
    weights,
    [head],
    texts,
    all,
    {
      threads: 1,
      batchSize: texts.length,
      activationBytes,
      boundaryBytes: 1e6,
      signal: new AbortController().signal,
      onBoundary: () => {},
    },
  );
  const { losses, words } = await learner.gradients(all, [targets], [0.7], RandomGenerator.seeded(9));
  const tensors = Object.entries(learner.weights.gradientFetches((name) => name)).map(([name, { data }]) => {
    if (!(data instanceof Float32Array)) throw new Error('float32 was expected');
    return [name, data.slice()] as const;
  });
  const norm = learner.weights.gradientNorm(words.length);
  const gradients = new Map([...tensors, ['words', learner.weights.tableGradients(words.length).slice()] as const]);
  await learner.close();
  return { losses, words, norm, gradients };
}

const whole = Number.POSITIVE_INFINITY;
const learnings: [string, Learning][] = [
  ['all of it', { kind: 'all' }],
  ['its upper layer', { kind: 'above', frozenLayers: 1 }],
];

describe('a batch that is too large for one run', () => {
  it.each(learnings)('has the gradients of one run, added up over its parts: %s', async (_, learning) => {
    const bound = 200_000;
    const lengths = texts.map(({ length }) => length);
    expect(batchParts(lengths, { architecture, learning }, bound).length).toBeGreaterThan(3);
    const [one, parts] = [await gradients(whole, learning, 0), await gradients(bound, learning, 0)];
    expect(parts.words).toEqual(one.words);
    expect(parts.losses[0]).toBeCloseTo(one.losses[0], 5);
    expect(parts.norm).toBeCloseTo(one.norm, 5);
    for (const [name, wanted] of one.gradients) {
      const told = parts.gradients.get(name) ?? new Float32Array(0);
      const largest = wanted.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
      const furthest = wanted.reduce((most, each, i) => Math.max(most, Math.abs(each - told[i])), 0);
      // Softmax does not see a shift of all scores: the true gradient of a key's bias is 0.
      expect(furthest, name).toBeLessThanOrEqual(1e-5 * (name.endsWith('key.bias') ? 1 : largest));
    }
  });

  it('has the same bytes each time, dropout and all', async () => {
    const [first, second] = [
      await gradients(50_000, { kind: 'all' }, 0.1),
      await gradients(50_000, { kind: 'all' }, 0.1),
    ];
    expect(second).toEqual(first);
  });
});

describe('the parts of a batch', () => {
  const miniLm = { ...architecture, hidden: 384, heads: 12, intermediate: 1536, layers: 6 };
  const partsOf = (lengths: readonly number[], layers = 6) =>
    batchParts(lengths, { architecture: { ...miniLm, layers }, learning: { kind: 'all' } });

  it('are one where it is of usual size', () => {
    expect(partsOf(Array(32).fill(64))).toEqual([{ from: 0, to: 32 }]);
    expect(partsOf(Array(512).fill(5))).toEqual([{ from: 0, to: 512 }]);
  });

  it('are smaller, the longer the texts and the deeper the encoder', () => {
    const rowsOf = (length: number, layers: number) => partsOf(Array(64).fill(length), layers)[0].to;
    expect(rowsOf(256, 6)).toBeLessThan(rowsOf(128, 6) / 2);
    expect(rowsOf(256, 12)).toBeLessThan(rowsOf(256, 6));
  });

  it('hold every row once, in order, each part at least one', () => {
    const lengths = Array.from({ length: 200 }, () => 3 + random.below(250));
    const parts = batchParts(lengths, { architecture: miniLm, learning: { kind: 'all' } }, 5e7);
    expect(parts.length).toBeGreaterThan(50);
    expect(parts[0].from).toBe(0);
    parts.forEach(({ from, to }, i) => {
      expect(to).toBeGreaterThan(from);
      expect(to).toBe(parts[i + 1]?.from ?? lengths.length);
    });
  });
});
