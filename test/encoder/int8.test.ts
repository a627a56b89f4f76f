import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Architecture, Pooling } from '#src/encoder/architecture.js';
import { encoderGraph } from '#src/encoder/graph.js';
import { int8Graph } from '#src/encoder/int8/graph.js';
import { productsOverflow } from '#src/encoder/int8/overflow.js';
import { quantizeMap } from '#src/encoder/int8/quantize.js';
import { smoothingDivisor } from '#src/encoder/int8/smoothing.js';
import { type Encoder, openEncoder } from '#src/encoder/open.js';
import { sessionOptions } from '#src/encoder/session-options.js';
import { locateWeights } from '#src/encoder/weights.js';
import type { Graph } from '#src/onnx/graph.js';
import { modelBytes } from '#src/onnx/model.js';
import { InferenceSession, Tensor } from '#src/onnx/runtime.js';
import type { Tensor as Constant } from '#src/onnx/tensor.js';
import { RandomGenerator } from '#src/random/generator.js';
import { writeSafetensors } from '#src/safetensors/write.js';
import { randomWeights, smallFiles, writeFolder } from './random-bert.js';
import { cosine, largestDifference } from './vectors.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'manyhead-int8-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('all-MiniLM-L6-v2 in int8', () => {
  let [fp32, int8]: Encoder[] = [];
  let texts: readonly string[];
  beforeAll(async () => {
    const options = { threads: 1, maxBatchTokens: 512 };
    [fp32, int8] = [await openEncoder(options), await openEncoder({ ...options, precision: 'int8' })];
    const rows = await readFile(new URL('../../examples/starter.jsonl', import.meta.url), 'utf8');
    texts = rows
      .split('\n')
      .filter((line, i) => line !== '' && i % 3 === 0)
      .map(textOf);
  });
  afterAll(() => Promise.all([fp32.close(), int8.close()]));

  it('says what it is, and is the same encoder', () => {
    expect([fp32.precision, int8.precision]).toEqual(['fp32', 'int8']);
    expect(int8.id).toBe(fp32.id);
  });

  it('gives nearly the vectors of fp32', async () => {
    const long = texts.slice(0, 40).map((_, i) => texts.slice(i, i + 15).join(' '));
    const [a, b] = [await vectors(fp32, [...texts, ...long]), await vectors(int8, [...texts, ...long])];
    const cosines = a.map((vector, i) => cosine(vector, b[i]));
    expect(cosines.reduce((sum, each) => sum + each) / cosines.length).toBeGreaterThan(0.998);
    expect(Math.min(...cosines)).toBeGreaterThan(0.99);
    for (const vector of b) expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
  });

  it('keeps texts as near to each other as they are in fp32', async () => {
    const some = texts.slice(0, 60);
    const [a, b] = [await vectors(fp32, some), await vectors(int8, some)];
    const errors = some.flatMap((_, i) => some.slice(0, i).map((_, j) => cosine(a[i], a[j]) - cosine(b[i], b[j])));
    expect(Math.sqrt(errors.reduce((sum, each) => sum + each ** 2, 0) / errors.length)).toBeLessThan(0.005);
  });

  it('gives a text the same vector in any company', async () => {
    const long = 'A much longer sentence, which would have to be padded to, if it were in the same batch. '.repeat(4);
    const together = await vectors(int8, [long, ...texts.slice(0, 50), 'Where is my card?', long]);
    for (const i of [0, 7, 23, 49]) {
      const [alone] = await vectors(int8, [texts[i]]);
      expect(largestDifference(together[i + 1], alone)).toBeLessThan(1e-5);
    }
  });

  it('comes out the same each time it is opened', async () => {
    const again = await openEncoder({ threads: 1, maxBatchTokens: 512, precision: 'int8' });
    const [a, b] = [await vectors(int8, texts.slice(0, 5)), await vectors(again, texts.slice(0, 5))];
    await again.close();
    expect(b).toEqual(a);
  });
});

describe('an encoder of one’s own in int8', () => {
  it('may have words that the calibration text has none of', async () => {
    const own = await writeFolder(join(folder, 'own'), smallFiles());
    const [fp32, int8] = [
      await openEncoder({ folder: own, threads: 1, maxBatchTokens: 256 }),
      await openEncoder({ folder: own, threads: 1, maxBatchTokens: 256, precision: 'int8' }),
    ];
    const texts = ['red', 'Redish, a blue', 'green. green. a b c', 'b '.repeat(40)];
    const [a, b] = [await vectors(fp32, texts), await vectors(int8, texts)];
    await Promise.all([fp32.close(), int8.close()]);
    for (const [i, vector] of a.entries()) expect(cosine(vector, b[i])).toBeGreaterThan(0.99);
  });
});

describe('a BERT of any sizes', () => {
  const architectures = fc.record({
    heads: fc.integer({ min: 1, max: 4 }),
    headSize: fc.constantFrom(8, 12, 32),
    layers: fc.integer({ min: 1, max: 3 }),
    intermediate: fc.integer({ min: 20, max: 150 }),
    activation: fc.constantFrom('gelu' as const, 'relu' as const),
    pooling: fc.constantFrom('mean' as const, 'cls' as const, 'max' as const),
    /** Times which a channel of the embeddings reaches farther than the others. */
    outlier: fc.constantFrom(1, 30),
    /** What is added before the activation of the last layer: with the least, relu makes rows of zeros. */
    level: fc.constantFrom(0, -1000),
  });

  it('has nearly the same vectors in int8, with any padding', async () => {
    const property = fc.asyncProperty(architectures, async ({ headSize, outlier, level, pooling, ...sizes }) => {
      const architecture = { ...fixed, ...sizes, hidden: sizes.heads * headSize };
      const { fp32, int8 } = await sessions(architecture, pooling, outlier, level);
      const texts = [ids(9), ids(3), ids(12)];
      const [a, b] = [await run(fp32, texts, 12), await run(int8, texts, 12)];
      for (const [i, vector] of a.entries()) expect(cosine(vector, b[i])).toBeGreaterThan(0.97);
      for (const session of [fp32, int8]) {
        const [alone] = await run(session, [texts[1]], 3);
        const [, padded] = await run(session, texts, 20);
        expect(largestDifference(alone, padded)).toBeLessThan(1e-5);
        await session.release();
      }
    });
    await fc.assert(property, { numRuns: 15, seed: 7 });
  });
});

describe('a linear map in integers', () => {
  const random = RandomGenerator.seeded(3);
  const numbers = (count: number) => Float32Array.from({ length: count }, () => random.normal());

  it('is within half a step of its columns, and undoes what its input is divided by', () => {
    const [outs, ins] = [5, 7];
    const [weight, divisor] = [numbers(outs * ins), numbers(ins).map((each) => 1 + Math.abs(each))];
    const map = quantizeMap(weight, outs, divisor);
    const [values, scales] = [new Int8Array(bytesOf(map.weight)), new Float32Array(bytesOf(map.scales).buffer)];
    expect(map.weight.shape).toEqual([ins, outs]);
    for (let out = 0; out < outs; out++)
      for (let i = 0; i < ins; i++) {
        const error = (values[i * outs + out] * scales[out]) / divisor[i] - weight[out * ins + i];
        expect(Math.abs(error)).toBeLessThanOrEqual(scales[out] / 2 / divisor[i] + 1e-6);
      }
  });

  it('may have columns of zeros', () => {
    const map = quantizeMap(new Float32Array(6), 2, new Float32Array(3).fill(1));
    expect(new Set(bytesOf(map.weight))).toEqual(new Set([0]));
  });

  it('takes half of a channel’s reach, as a ratio, from its input', () => {
    expect([...smoothingDivisor(Float32Array.of(1, 4, 64))]).toEqual([0.5, 1, 4]);
    expect([...smoothingDivisor(Float32Array.of(0, 0, 9))]).toEqual([1, 1, 1]);
    expect(smoothingDivisor(Float32Array.of(0, 2, 2))[0]).toBeGreaterThan(0);
  });

  it('is multiplied without overflow', async () => {
    const careful = await productsOverflow(sessionOptions(folder));
    expect(await productsOverflow(sessionOptions(folder, 1, careful))).toBe(false);
  });
});

const fixed = { vocabulary: 60, positions: 24, tokenTypes: 2, epsilon: 1e-12 };

/** Tokens of a text, from 1 up. */
const ids = (tokens: number): Int32Array =>
  Int32Array.from({ length: tokens }, (_, i) => 1 + ((i * i * 13 + tokens) % 59));

/** A random encoder in both precisions. */
async function sessions(architecture: Architecture, pooling: Pooling, outlier: number, level: number) {
  const path = join(folder, 'model.safetensors');
  const weights = randomWeights(architecture);
  const change = (name: string, by: (value: number, i: number) => number) => {
    const values = weights.get(name)?.values;
    if (values instanceof Float32Array) values.set(values.map(by));
  };
  change('embeddings.LayerNorm.weight', (value, i) => (i === 3 ? outlier * value : value));
  change(`encoder.layer.${architecture.layers - 1}.intermediate.dense.bias`, (value) => value + level);
  await writeFile(path, writeSafetensors(weights));
  const parts = { architecture, pooling, weights: await locateWeights(path, architecture) };
  const calibration = { ids: Int32Array.from([...ids(12), ...ids(12).reverse()]), lengths: Int32Array.of(12, 12) };
  const open = (graph: Graph) => InferenceSession.create(modelBytes(graph), sessionOptions(folder));
  return { fp32: await open(encoderGraph(parts)), int8: await open(await int8Graph(parts, path, calibration)) };
}

/** Vectors of texts that are padded to a length, with an id that means something. */
async function run(session: InferenceSession, texts: readonly Int32Array[], length: number): Promise<Float32Array[]> {
  const padded = texts.flatMap((text) => [...text, ...Array<number>(length - text.length).fill(17)]);
  const { vectors } = await session.run({
    ids: new Tensor('int32', Int32Array.from(padded), [texts.length, length]),
    lengths: new Tensor(
      'int32',
      Int32Array.from(texts, (text) => text.length),
      [texts.length],
    ),
  });
  const numbers = Float32Array.from(vectors.data, Number);
  const size = numbers.length / texts.length;
  return texts.map((_, i) => numbers.slice(i * size, (i + 1) * size));
}

const vectors = async (encoder: Encoder, texts: readonly string[]): Promise<Float32Array[]> =>
  (await encoder.encode(texts)).map(({ vector }) => vector);

function textOf(line: string): string {
  const { text }: { text: string } = JSON.parse(line);
  return text;
}

function bytesOf({ data }: Constant): Uint8Array<ArrayBuffer> {
  if (data instanceof Uint8Array) return new Uint8Array(data);
  throw new Error('the numbers are in a file');
}
