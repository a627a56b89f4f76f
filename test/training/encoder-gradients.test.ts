import { readFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Architecture, type Pooling, readArchitecture, tensorShapes } from '#src/encoder/architecture.js';
import { packagedFiles } from '#src/encoder/files.js';
import { encoderParameters, type Learning, wordTable } from '#src/encoder/training/parameters.js';
import type { Head } from '#src/heads/head.js';
import { RandomGenerator } from '#src/random/generator.js';
import { floatsOf, readSafetensors } from '#src/safetensors/read.js';
import { openLearningEncoder } from '#src/training/encoder-session.js';
import { smallConfig, smallWeights } from '../encoder/random-bert.js';
import { referenceForward } from '../encoder/reference.js';

type Weights = (name: string) => Float32Array;

// TensorFlow.js sums in double precision there, and has every gradient.
beforeAll(async () => {
  await tf.setBackend('cpu');
});

const random = RandomGenerator.seeded(3);
const normals = (length: number, scale: number) => Float32Array.from({ length }, () => scale * random.normal());

const linearHead = (task: string, labels: readonly string[], inputs: number): Head => ({
  task,
  kind: 'SINGLE_LABEL',
  labels,
  temperature: 1,
  hidden: undefined,
  output: { weight: normals(inputs * labels.length, 1), bias: normals(labels.length, 1) },
});
const deepTagger = (task: string, labels: readonly string[], inputs: number): Head => ({
  ...linearHead(task, labels, 7),
  kind: 'MULTI_LABEL',
  hidden: { weight: normals(inputs * 7, 1), bias: normals(7, 1) },
});

interface Setting {
  readonly architecture: Architecture;
  readonly pooling: Pooling;
  readonly learning: Learning;
  readonly weights: Weights;
  readonly texts: readonly (readonly number[])[];
}

/** Every gradient of the sum of two heads' losses by ONNX Runtime, and the texts' vectors. */
async function ours({ architecture, pooling, learning, weights, texts }: Setting, heads: readonly Head[]) {
  const rows = texts.map((ids) => Int32Array.from(ids));
  const all = [...rows.keys()];
  const learner = await openLearningEncoder(
    {
      architecture,
      pooling,
      learning,
      heads: heads.map(({ task, kind, labels, hidden }) => ({
        task,
        kind,
        labels,
        temperature: 1,
        hiddenUnits: hidden?.bias.length ?? 0,
        frozen: false,
      })),
      dropout: { hidden: 0, attention: 0, vector: 0 },
    },
    weights,
    heads,
    rows,
    all,
    {
      threads: 1,
      batchSize: 4,
      boundaryBytes: 1e6,
      signal: new AbortController().signal,
      onBoundary: () => {},
    },
  );
  const { losses, words } = await learner.gradients(all, targetsOf(heads, texts.length), lossWeights, random);
  const gradients = new Map(
    Object.entries(learner.weights.gradientFetches((name) => name)).map(([name, { data }]) => {
      if (!(data instanceof Float32Array)) throw new Error('float32 was expected');
      return [name, data.slice()];
    }),
  );
  const wordGradients = learner.weights.tableGradients(words.length).slice();
  const vectors: Float32Array[] = [];
  await learner.embed(all, (row, vector) => {
    vectors[row] = vector.slice();
  });
  await learner.close();
  return { losses, words, gradients, wordGradients, vectors };
}

const lossWeights = [0.7, 0.3];
const targetsOf = (heads: readonly Head[], texts: number) =>
  heads.map(({ kind, labels }) => {
    const given = new Float32Array(texts * labels.length);
    for (let text = 0; text < texts; text++) given[text * labels.length + (text % labels.length)] = 1;
    if (kind === 'MULTI_LABEL') given[1] = 1;
    // The last text has no label for the second task.
    const weights = Float32Array.from({ length: texts }, (_, text) =>
      kind === 'MULTI_LABEL' && text > 0 && text === texts - 1 ? 0 : 1 + text,
    );
    return { given, weights };
  });

/** The same by TensorFlow.js autodiff, one text after the other. */
function reference({ architecture, pooling, weights, texts }: Setting, heads: readonly Head[]) {
  const { activation, epsilon, layers } = architecture;
  const settings = { layers, heads: architecture.heads, epsilon, pooling, activation, prefix: '' };
  const variables = new Map(
    [...tensorShapes(architecture)].map(([name, shape]) => [name, tf.variable(tf.tensor(weights(name), [...shape]))]),
  );
  const headVariables = heads.map(({ hidden, output }) =>
    [...(hidden ? [hidden] : []), output].flatMap(({ weight, bias }) => [
      tf.variable(tf.tensor(weight, [weight.length / bias.length, bias.length])),
      tf.variable(tf.tensor(bias)),
    ]),
  );
  const w = (name: string): tf.Tensor => {
    const variable = variables.get(name);
    if (variable === undefined) throw new Error(`no tensor ${name}`);
    return variable;
  };
  const vectors: Float32Array[] = [];
  const loss = (): tf.Scalar => {
    const x = tf.stack(texts.map((ids) => referenceForward(w, ids, settings)));
    texts.forEach((_, text) => {
      vectors[text] = Float32Array.from(x.slice([text, 0], [1, -1]).dataSync());
    });
    const losses = targetsOf(heads, texts.length).map(({ given, weights }, h) => {
      const [first, firstBias, ...above] = headVariables[h];
      let logits = x.matMul(first).add(firstBias);
      if (above.length > 0) {
        const cubic = logits.add(logits.pow(3).mul(0.044715)).mul(Math.sqrt(2 / Math.PI));
        logits = logits.mul(0.5).mul(cubic.tanh().add(1)).matMul(above[0]).add(above[1]);
      }
      const wanted = tf.tensor(given, [texts.length, given.length / texts.length]);
      const rows =
        heads[h].kind === 'SINGLE_LABEL'
          ? logits.logSoftmax().mul(wanted).sum(1).neg()
          : logits.softplus().sub(logits.mul(wanted)).sum(1);
      return rows
        .mul(tf.tensor(weights))
        .sum()
        .div(weights.reduce((a, b) => a + b))
        .mul(lossWeights[h]);
    });
    return tf.addN(losses).asScalar();
  };
  const { value, grads } = tf.variableGrads(loss);
  const gradient = (variable: tf.Tensor | undefined) =>
    variable instanceof tf.Variable ? Float32Array.from(grads[variable.name].dataSync()) : new Float32Array(0);
  return {
    loss: value.dataSync()[0],
    vectors,
    of: (name: string) => gradient(variables.get(name)),
    ofHead: (head: number, tensor: number) => gradient(headVariables[head][tensor]),
  };
}

/** The largest difference relative to the largest number of the reference; absolute for what is truly zero. */
function error(ours: Float32Array, theirs: Float32Array, absolute: boolean): number {
  expect(ours.length).toBe(theirs.length);
  const largest = theirs.reduce((most, number) => Math.max(most, Math.abs(number)), 0);
  const difference = ours.reduce((most, number, i) => Math.max(most, Math.abs(number - theirs[i])), 0);
  return difference / (absolute || largest === 0 ? 1 : largest);
}

async function compare(setting: Setting) {
  const { hidden } = setting.architecture;
  const heads = [linearHead('topic', ['a', 'b', 'c'], hidden), deepTagger('tags', ['x', 'y'], hidden)];
  const mine = await ours(setting, heads);
  const theirs = reference(setting, heads);
  expect(mine.losses[0] * lossWeights[0] + mine.losses[1] * lossWeights[1]).toBeCloseTo(theirs.loss, 4);
  mine.vectors.forEach((vector, text) => {
    const cosine = vector.reduce((sum, number, i) => sum + number * theirs.vectors[text][i], 0);
    expect(cosine).toBeGreaterThan(0.99999);
  });

  const errors = new Map<string, number>();
  for (const { name } of encoderParameters(setting.architecture, setting.learning)) {
    const told = mine.gradients.get(name) ?? new Float32Array(0);
    // Softmax does not see a shift of all scores: the true gradient of a key's bias is 0.
    errors.set(name, error(told, theirs.of(name), name.endsWith('key.bias')));
  }
  heads.forEach((head, h) => {
    for (let i = 0; i < (head.hidden ? 4 : 2); i++) {
      const told = mine.gradients.get(`heads.${h}.${i}`) ?? new Float32Array(0);
      errors.set(`heads.${h}.${i}`, error(told, theirs.ofHead(h, i), false));
    }
  });
  if (setting.learning.kind === 'all') {
    const table = new Float32Array(setting.architecture.vocabulary * hidden);
    mine.words.forEach((word, i) => {
      table.set(mine.wordGradients.subarray(i * hidden, (i + 1) * hidden), word * hidden);
    });
    errors.set(wordTable, error(table, theirs.of(wordTable), false));
  }
  return [...errors].filter(([, error]) => !(error <= 1e-4));
}

const small = (setting: Partial<Setting> = {}, config: object = {}): Setting => {
  const weights = smallWeights('');
  return {
    architecture: readArchitecture({ ...smallConfig, ...config }),
    pooling: 'mean',
    learning: { kind: 'all' },
    weights: (name) => numbersOf(weights.get(name)?.values),
    texts: [
      [2, 5, 6, 3],
      [2, 8, 9, 10, 11, 8, 3],
      [2, 3],
      [2, 5, 5, 5, 3],
    ],
    ...setting,
  };
};

function numbersOf(values: unknown): Float32Array {
  if (values instanceof Float32Array) return values;
  throw new Error('float32 was expected');
}

describe('every gradient of a learning encoder, against TensorFlow.js', () => {
  const settings: [string, Setting][] = [
    ['all of it learns', small()],
    ['only the first token is pooled', small({ pooling: 'cls' })],
    ['the largest of the tokens is pooled', small({ pooling: 'max' })],
    ['with ReLU', small({}, { hidden_act: 'relu' })],
    ['only the upper layer learns', small({ learning: { kind: 'above', frozenLayers: 1 } })],
    ['all layers learn, the embeddings do not', small({ learning: { kind: 'above', frozenLayers: 0 } })],
    ['only heads learn', small({ learning: { kind: 'above', frozenLayers: 2 } })],
    ['one text alone', small({ texts: [[2, 5, 3]] })],
  ];
  it.each(settings)('%s', async (_, setting) => {
    expect(await compare(setting)).toEqual([]);
  });

  it('of the real all-MiniLM-L6-v2', async () => {
    const files = await packagedFiles();
    const vocabulary = 7600; // its first words, to be done sooner
    const stored = readSafetensors(await readFile(files.weightsPath));
    const weights = (name: string) => {
      const tensor = stored.tensors.get(name);
      if (tensor === undefined) throw new Error(`no tensor ${name}`);
      return name === wordTable ? floatsOf(tensor).subarray(0, vocabulary * 384) : floatsOf(tensor);
    };
    const texts = [
      [101, 7592, 2088, 102],
      [101, 2129, 2079, 1045, 4003, 102],
    ];
    const architecture = { ...readArchitecture(files.config), vocabulary };
    expect(await compare({ architecture, pooling: 'mean', learning: { kind: 'all' }, weights, texts })).toEqual([]);
  }, 120_000);
});
