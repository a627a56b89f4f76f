import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Architecture } from '../src/encoder/architecture.js';
import { encoderGraph } from '../src/encoder/graph.js';
import { calibrationBatch } from '../src/encoder/int8/calibration.js';
import { int8Graph } from '../src/encoder/int8/graph.js';
import { describeEncoder } from '../src/encoder/open.js';
import { sessionOptions } from '../src/encoder/session-options.js';
import { openTokenizer } from '../src/encoder/tokenizer.js';
import { locateWeights } from '../src/encoder/weights.js';
import { GraphBuilder } from '../src/onnx/builder.js';
import type { Graph } from '../src/onnx/graph.js';
import { modelBytes } from '../src/onnx/model.js';
import { InferenceSession, Tensor } from '../src/onnx/runtime.js';
import { tensor } from '../src/onnx/tensor.js';
import { RandomGenerator } from '../src/random/generator.js';

/** Runs of each, in turns, after some that do not count. */
const runs = 15;
const warmUpRuns = 3;

/** Rows, columns and depth of a large matrix product, to compare with. */
export const squareSize = 1024;

/** One batch of one size, on one thread, by the median run. */
export interface EncoderRates {
  readonly texts: number;
  readonly tokens: number;
  /** Milliseconds. */
  readonly fp32: number;
  readonly int8: number;
  /** GFLOP/s of the encoder in fp32. */
  readonly rate: number;
  /** Of a large square product alone. */
  readonly squareRate: number;
  /** Of the encoder's own products, one right after the other. */
  readonly productsRate: number;
}

/**
 * The encoder's graphs on one thread, beside its bare matrix products, in turns.
 * @param sizes texts and tokens of each batch
 */
export async function encoderRates(
  folder: string | undefined,
  sizes: readonly (readonly [number, number])[],
): Promise<readonly EncoderRates[]> {
  const { architecture, files, maxTokens } = await describeEncoder(folder);
  const weights = await locateWeights(files.weightsPath, architecture);
  const parts = { architecture, pooling: files.pooling, weights };
  const tokenize = openTokenizer(files.tokenizer, files.tokenizerConfig, maxTokens, architecture.vocabulary);
  const calibration = calibrationBatch(tokenize, architecture.vocabulary, maxTokens);
  const open = (graph: Graph) => InferenceSession.create(modelBytes(graph), sessionOptions(dirname(files.weightsPath)));
  const [fp32, int8] = [
    await open(encoderGraph(parts)),
    await open(await int8Graph(parts, files.weightsPath, calibration)),
  ];
  const words = tokenize(readFileSync(new URL('../../examples/starter.jsonl', import.meta.url), 'utf8')).ids;
  const { graph, feeds: squareFeeds } = squareProduct();
  const square = await open(graph);
  const rates: EncoderRates[] = [];
  for (const [texts, tokens] of sizes) {
    const ids = Int32Array.from({ length: texts * tokens }, (_, i) => words[(i * 7) % words.length]);
    const feeds = {
      ids: new Tensor('int32', ids, [texts, tokens]),
      lengths: new Tensor('int32', new Int32Array(texts).fill(tokens), [texts]),
    };
    const products = productsOf(architecture, texts * tokens);
    const bare = await open(products.graph);
    const [a, b, c, d] = await inTurns([
      () => fp32.run(feeds),
      () => int8.run(feeds),
      () => bare.run(products.feeds),
      () => square.run(squareFeeds),
    ]);
    await bare.release();
    const attention = 4 * architecture.layers * texts * tokens * tokens * architecture.hidden;
    const giga = (operations: number, milliseconds: number) => operations / milliseconds / 1e6;
    rates.push({
      texts,
      tokens,
      fp32: a,
      int8: b,
      rate: giga(products.operations + attention, a),
      productsRate: giga(products.operations, c),
      squareRate: giga(2 * squareSize ** 3, d),
    });
  }
  await Promise.all([fp32, int8, square].map((session) => session.release()));
  return rates;
}

/** A product of two square matrices, one of them in the graph as an encoder's weights are. */
function squareProduct() {
  const g = new GraphBuilder();
  const x = g.input('x', 'float32', [squareSize, squareSize]);
  g.output('y', g.op('MatMul', [x, g.constant(normal(squareSize, squareSize))]));
  return { graph: g.build('square'), feeds: { x: feed(squareSize, squareSize) } };
}

/** Every linear map of the encoder, each on what the one before made. */
function productsOf({ hidden, intermediate, layers }: Architecture, rows: number) {
  const g = new GraphBuilder();
  const widths = [hidden, hidden, hidden, hidden, intermediate, hidden];
  let x = g.input('x', 'float32', [rows, hidden]);
  let [width, operations] = [hidden, 0];
  for (let layer = 0; layer < layers; layer++)
    for (const out of widths) {
      x = g.op('MatMul', [x, g.constant(normal(width, out))]);
      operations += 2 * rows * width * out;
      width = out;
    }
  g.output('y', x);
  return { graph: g.build('products'), feeds: { x: feed(rows, hidden) }, operations };
}

/** Random numbers of such a variance that products by them neither grow nor fade. */
const normal = (rows: number, columns: number) =>
  tensor(
    [rows, columns],
    Float32Array.from({ length: rows * columns }, () => random.normal() / Math.sqrt(rows)),
  );

const feed = (rows: number, columns: number): Tensor =>
  new Tensor(
    'float32',
    Float32Array.from({ length: rows * columns }, () => random.normal()),
    [rows, columns],
  );

const random = RandomGenerator.seeded(1);

/** Milliseconds of each one's median run. */
async function inTurns(works: readonly (() => Promise<unknown>)[]): Promise<readonly number[]> {
  const times = works.map((): number[] => []);
  for (let run = 0; run < warmUpRuns + runs; run++)
    for (const [i, work] of works.entries()) {
      const from = performance.now();
      await work();
      if (run >= warmUpRuns) times[i].push(performance.now() - from);
    }
  return times.map(median);
}

export const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
