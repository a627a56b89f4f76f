import type { Graph } from '../onnx/graph.js';
import { modelBytes } from '../onnx/model.js';
import { InferenceSession, Tensor } from '../onnx/runtime.js';

/** The numbers of a tensor of the checkpoint that a fit starts from, in float32. */
export type EncoderWeights = (name: string) => Float32Array;

/** Rows as token ids, [CLS] and [SEP] among them. */
export type TokenRows = readonly Int32Array[];

/** Most tokens, padding counted, of a run that only goes forward. */
export const forwardTokens = 2048;

/**
 * A session for batches of many sizes. Without memory patterns, which would keep room for every size that was ever run: a
 * third less memory at the same speed. Its threads spin for work while a run lasts, 4 % faster than when they sleep, and not
 * between runs, when others need the cores.
 */
export const openSession = (graph: Graph, threads: number): Promise<InferenceSession> =>
  InferenceSession.create(modelBytes(graph), {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    enableMemPattern: false,
    logSeverityLevel: 3,
    extra: { session: { force_spinning_stop: '1' } },
  });

/** Rows of the word table, [words, hidden]. */
export function wordVectors(table: Float32Array, words: Int32Array, hidden: number): Tensor {
  const vectors = new Float32Array(words.length * hidden);
  words.forEach((word, place) => {
    vectors.set(table.subarray(word * hidden, (word + 1) * hidden), place * hidden);
  });
  return new Tensor('float32', vectors, [words.length, hidden]);
}

/** @throws Error when the numbers are not float32 */
export function floatsOf({ data, type }: { readonly data: unknown; readonly type: string }): Float32Array {
  if (data instanceof Float32Array) return data;
  throw new Error(`the encoder made ${type}, not float32`);
}
