import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Example } from '../src/datasets/example.js';
import { encoderFolder } from '../src/encoder/folder.js';
import { type EncoderDescription, openEncoder } from '../src/encoder/open.js';
import { openTokenizer } from '../src/encoder/tokenizer.js';
import type { Learning } from '../src/encoder/training/parameters.js';
import { readWeights } from '../src/encoder/weights.js';
import type { Head } from '../src/heads/head.js';
import type { TrainingOrder } from '../src/jobs/job.js';
import type { EncoderReference } from '../src/registry/version.js';
import { floatsOf } from '../src/safetensors/read.js';
import type { EncoderCheckpoint } from '../src/training/encoder-checkpoint.js';
import { fitEncoder } from '../src/training/fit-encoder.js';
import type { EncoderHyperparameters, Hyperparameters } from '../src/training/hyperparameters.js';
import type { LossWeightChoice } from '../src/training/loss-weights.js';
import type { Split } from '../src/training/split.js';
import { embedDataset } from './embed.js';
import type { Learned, Rooms } from './learned.js';
import type { JobReporter } from './reporter.js';

/** Activations at the boundary beyond this many bytes are kept on disk. */
const BOUNDARY_BYTES = 512 * 2 ** 20;

/** Rows that are tokenized before the event loop has its turn. */
const ROWS_A_TURN = 500;

/** How a job that is cut off goes on. */
export interface CutOff {
  /** Reads where an attempt that was cut off goes on. */
  readonly resume: () => Promise<EncoderCheckpoint | undefined>;
  readonly onCheckpoint: (checkpoint: EncoderCheckpoint) => Promise<void>;
  /** Aborted where another worker is to go on from here. */
  readonly handingOn: AbortSignal;
}

export interface EncoderTraining extends CutOff {
  readonly learning: Learning;
  readonly hyperparameters: EncoderHyperparameters;
  /** The encoder to go on from; the pretrained one where undefined. */
  readonly reference: EncoderReference | undefined;
}

/**
 * Trains heads and the encoder, or its upper layers, together.
 * @param start the heads that take part, those among them that `order.freeze` names with the weights they keep
 * @throws signal.reason when aborted, within a step
 */
export async function learnEncoder(
  order: TrainingOrder,
  { learning, hyperparameters, reference, resume, onCheckpoint, handingOn }: EncoderTraining,
  examples: readonly Example[],
  start: readonly Head[],
  lossWeights: LossWeightChoice,
  split: Split,
  rooms: Rooms,
  reporter: JobReporter,
  signal: AbortSignal,
): Promise<Learned> {
  const { encoders, trainingThreads } = rooms;
  const from = await encoders.describe(reference);
  const { architecture, files } = from;
  const stored = await readWeights(files.weightsPath, architecture);
  const weights = (name: string): Float32Array => {
    const tensor = stored.get(name);
    if (tensor === undefined) throw new Error(`the encoder has no tensor ${name}`);
    return floatsOf(tensor);
  };
  if (learning.kind === 'above') reporter.begin('BOUNDARY');
  const texts = await tokenized(examples, from, hyperparameters.maxTokens, signal);
  const learned = await fitEncoder(
    { architecture, pooling: files.pooling, weights, learning },
    start,
    examples,
    texts,
    split,
    {
      hyperparameters: fineHyperparameters(order.hyperparameters, hyperparameters),
      frozenHeads: order.freeze.heads,
      lossWeights,
      seed: order.seed,
      signal,
      threads: trainingThreads,
      boundaryBytes: BOUNDARY_BYTES,
      onBoundary: reporter.encoded,
      onReady: () => reporter.begin('TRAINING'),
      onStep: reporter.step,
      onEpoch: reporter.epoch,
      onCheckpoint,
      resume,
      handingOn,
    },
  );
  reporter.begin('EVALUATING');
  const folder = encoderFolder(from, stored, learned.tensors);
  // Measured on what will be served: the weights as they are stored, in the graph that serves them.
  const { rows, id } = await withEncoder(folder, trainingThreads, async (encoder) => ({
    rows: await embedDataset(order.datasetDigest, examples, encoder, rooms, signal, reporter.encoded),
    id: encoder.id,
  }));
  const base = reference?.base ?? encoders.pretrained.base;
  return {
    heads: learned.heads.filter(({ task }) => !order.freeze.heads.includes(task)),
    rows,
    encoder: { id, base, fineTuned: true, dimensions: architecture.hidden, maxTokens: from.maxTokens },
    encoderFolder: folder,
  };
}

/** One `dropout` for all the places where activations are dropped, as BERT has it. */
const fineHyperparameters = ({ encoder: _, ...heads }: Hyperparameters, encoder: EncoderHyperparameters) => ({
  ...heads,
  encoderLearningRate: encoder.learningRate,
  hiddenDropout: heads.dropout,
  attentionDropout: heads.dropout,
});

async function tokenized(
  examples: readonly Example[],
  { files, architecture }: EncoderDescription,
  maxTokens: number,
  signal: AbortSignal,
): Promise<Int32Array[]> {
  const tokenize = openTokenizer(files.tokenizer, files.tokenizerConfig, maxTokens, architecture.vocabulary);
  const texts: Int32Array[] = [];
  for (const { text } of examples) {
    texts.push(tokenize(text).ids);
    if (texts.length % ROWS_A_TURN !== 0) continue;
    await nextTurn();
    signal.throwIfAborted();
  }
  return texts;
}

/** Opens an encoder that is not stored yet, in a temporary folder, for as long as the work takes. */
async function withEncoder<T>(
  files: ReadonlyMap<string, Uint8Array>,
  threads: number,
  work: (encoder: Awaited<ReturnType<typeof openEncoder>>) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'manyhead-encoder-'));
  try {
    for (const [name, bytes] of files) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), bytes);
    }
    const encoder = await openEncoder({ folder, threads, maxBatchTokens: 512 });
    try {
      return await work(encoder);
    } finally {
      await encoder.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
