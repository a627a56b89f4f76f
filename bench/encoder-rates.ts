import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
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
import { tensor } from '../src/onnx/tensor.js';
import { RandomGenerator } from '../src/random/generator.js';

/** Runs of each, in turns, after some that do not count. */
const runs = 15;
const warmUpRuns = 3;

/** One batch of one size: milliseconds of the median run. */
export interface EncoderRates {
  readonly texts: number;
  readonly tokens: number;
  readonly fp32: number;
  readonly int8: number;
  /** Of all the encoder's linear maps as bare products, one after the other. */
  readonly products: number;
  /** Billions of operations of those products, and of the whole encoder. */
  readonly productOperations: number;
  readonly operations: number;
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
  const rates: EncoderRates[] = [];
  for (const [texts, tokens] of sizes) {
    const ids = Int32Array.from({ length: texts * tokens }, (_, i) => words[(i * 7) % words.length]);
    const feeds = {
      ids: new Tensor('int32', ids, [texts, tokens]),
      lengths: new Tensor('int32', new Int32Array(texts).fill(tokens), [texts]),
    };
    const products = productsOf(architecture, texts * tokens);
    const bare = await open(products.graph);
    const [a, b, c] = await inTurns([() => fp32.run(feeds), () => int8.run(feeds), () => bare.run(products.feeds)]);
    await bare.release();
    const attention = (4 * architecture.layers * texts * tokens * tokens * architecture.hidden) / 1e9;
    const { operations } = products;
    rates.push({
      texts,
      tokens,
      fp32: a,
      int8: b,
      products: c,
      productOperations: operations,
      operations: operations + attention,
    });
  }
  await Promise.all([fp32.release(), int8.release()]);
  return rates;
}

/** Every linear map of the encoder, each on what the one before made, their weights in the graph as the encoder's are. */
function productsOf({ hidden, intermediate, layers }: Architecture, rows: number) {
  const g = new GraphBuilder();
  const random = RandomGenerator.seeded(1);
  const widths = [hidden, hidden, hidden, hidden, intermediate, hidden];
  const input = g.input('x', 'float32', [rows, hidden]);
  let [x, width, operations] = [input, hidden, 0];
  for (let layer = 0; layer < layers; layer++)
    for (const out of widths) {
      // Numbers neither grow nor fade from map to map.
      const weight = Float32Array.from({ length: width * out }, () => random.normal() / Math.sqrt(width));
      x = g.op('MatMul', [x, g.constant(tensor([width, out], weight))]);
      operations += (2 * rows * width * out) / 1e9;
      width = out;
    }
  g.output('y', x);
  const numbers = Float32Array.from({ length: rows * hidden }, () => random.normal());
  return { graph: g.build('products'), feeds: { x: new Tensor('float32', numbers, [rows, hidden]) }, operations };
}

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
