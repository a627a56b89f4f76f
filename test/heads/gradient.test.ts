import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { fitTemperature, negativeLogLikelihood } from '#src/heads/calibration.js';
import { describeHead, readHeads, writeHeads } from '#src/heads/file.js';
import { logits, scores } from '#src/heads/forward.js';
import { batchLogits, headGradients, type LearningHead } from '#src/heads/gradient.js';
import { type Head, layersOf } from '#src/heads/head.js';
import { crossEntropy } from '#src/heads/loss.js';
import { readyTensorFlow } from '#src/heads/tensorflow.js';
import { RandomGenerator } from '#src/random/generator.js';

const random = RandomGenerator.seeded(1, 'test');
const normals = (count: number) => Float32Array.from({ length: count }, () => random.normal());
const layer = (inputs: number, outputs: number) => ({ weight: normals(inputs * outputs), bias: normals(outputs) });
const DIMENSIONS = 6;

const linear: Head = {
  task: 'topic',
  kind: 'SINGLE_LABEL',
  labels: ['a', 'b', 'c'],
  temperature: 1,
  hidden: undefined,
  output: layer(DIMENSIONS, 3),
};
const deep: Head = {
  task: 'tags',
  kind: 'MULTI_LABEL',
  labels: ['x', 'y'],
  temperature: 2,
  hidden: layer(DIMENSIONS, 4),
  output: layer(4, 2),
};

beforeAll(async () => {
  await readyTensorFlow();
});

describe('the gradients of several heads on one batch', () => {
  const rows = 5;
  const vectors = normals(rows * DIMENSIONS);
  const targets = [
    {
      given: Float32Array.from([1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0]),
      weights: Float32Array.from([1, 2, 0.5, 0, 1]),
    },
    { given: Float32Array.from([1, 1, 0, 1, 0, 0, 1, 0, 1, 1]), weights: Float32Array.from([1, 1, 1, 1, 0]) },
  ];
  const heads: LearningHead[] = [
    { kind: 'SINGLE_LABEL', layers: layersOf(linear), lossWeight: 0.7 },
    { kind: 'MULTI_LABEL', layers: layersOf(deep), lossWeight: 0.3 },
  ];
  const loss = () =>
    headGradients(heads, vectors, targets, { vectors: false }).losses.reduce(
      (sum, each, h) => sum + each * heads[h].lossWeight,
      0,
    );
  const difference = (numbers: Float32Array, place: number) => {
    const [before, step] = [numbers[place], 1e-2];
    numbers[place] = before + step;
    const up = loss();
    numbers[place] = before - step;
    const down = loss();
    numbers[place] = before;
    return (up - down) / (2 * step);
  };

  it('are those of central finite differences, for every weight and every vector', () => {
    const { layers, vectors: ofVectors } = headGradients(heads, vectors, targets, { vectors: true });
    for (const [h, head] of heads.entries())
      for (const [l, layer] of head.layers.entries())
        for (const part of ['weight', 'bias'] as const)
          for (const i of layer[part].keys()) expect(layers[h][l][part][i]).toBeCloseTo(difference(layer[part], i), 3);
    for (const i of vectors.keys()) expect(ofVectors?.[i]).toBeCloseTo(difference(vectors, i), 3);
  });

  it('are nothing from a row without a label', () => {
    const { vectors: ofVectors } = headGradients([heads[0]], vectors, [targets[0]], { vectors: true });
    expect([...(ofVectors ?? []).slice(3 * DIMENSIONS, 4 * DIMENSIONS)]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('are nothing, and the loss is no number, from a batch without any', () => {
    const none = { given: targets[0].given, weights: new Float32Array(rows) };
    const { losses, layers } = headGradients([heads[0]], vectors, [none], { vectors: false });
    expect(losses[0]).toBeNaN();
    expect(layers[0][0].weight.every((each) => each === 0)).toBe(true);
  });
});

describe('the loss', () => {
  it('stays finite however large the logits are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e4, max: 1e4, noNaN: true }), { minLength: 3, maxLength: 3 }),
        fc.constantFrom('SINGLE_LABEL' as const, 'MULTI_LABEL' as const),
        (z, kind) => {
          const { loss, gradient } = crossEntropy(kind, Float32Array.from(z), {
            given: Float32Array.of(0, 1, 0),
            weights: Float32Array.of(1),
          });
          expect(Number.isFinite(loss)).toBe(true);
          expect(gradient.every(Number.isFinite)).toBe(true);
        },
      ),
    );
  });
});

describe('a head that serves', () => {
  it('computes what TensorFlow.js computes', () => {
    for (const head of [linear, deep]) {
      const vectors = normals(3 * DIMENSIONS);
      batchLogits(layersOf(head), vectors, 3).forEach((expected, row) => {
        const own = logits(head, vectors.subarray(row * DIMENSIONS, (row + 1) * DIMENSIONS));
        for (const [label, logit] of own.entries()) expect(logit).toBeCloseTo(expected[label], 4);
      });
    }
  });

  it('scores one label of many so that they sum to 1, and each of several by itself', () => {
    const single = scores(linear, Float32Array.of(1, 2, 3));
    expect(single.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
    expect(scores({ kind: 'MULTI_LABEL', temperature: 1 }, Float32Array.of(0, 1000, -1000))).toEqual(
      Float32Array.of(0.5, 1, 0),
    );
  });

  it('comes back from its file as it was, and not from a file that lacks a tensor', () => {
    const bytes = writeHeads([linear, deep]);
    expect(readHeads(bytes, [linear, deep].map(describeHead), DIMENSIONS)).toEqual([linear, deep]);
    expect(() => readHeads(writeHeads([linear]), [describeHead(deep)], DIMENSIONS)).toThrow('tags/hidden.weight');
    expect(() => readHeads(bytes, [describeHead(linear)], DIMENSIONS + 1)).toThrow('not 21');
  });
});

describe('the temperature', () => {
  it('makes a head that is too sure of itself as sure as it is right', () => {
    const truth = Array.from({ length: 400 }, (_, row) => [row % 2]);
    // Right in three rows of four, and always at 10 to 1.
    const overconfident = truth.map(([label], row) =>
      Float32Array.from([0, 1], (place) => ((place === label) === (row % 4 !== 3) ? 10 : 0)),
    );
    const temperature = fitTemperature('SINGLE_LABEL', overconfident, truth);
    expect(10 / temperature).toBeCloseTo(Math.log(3), 1);
    expect(negativeLogLikelihood({ kind: 'SINGLE_LABEL', temperature }, overconfident, truth)).toBeLessThan(
      negativeLogLikelihood({ kind: 'SINGLE_LABEL', temperature: 1 }, overconfident, truth),
    );
  });
});
