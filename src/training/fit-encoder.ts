import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Example } from '../datasets/example.js';
import type { Architecture, Pooling } from '../encoder/architecture.js';
import { encoderParameters, type Learning, wordTable } from '../encoder/training/parameters.js';
import { describeHead } from '../heads/file.js';
import type { Head, Layer } from '../heads/head.js';
import { RandomGenerator } from '../random/generator.js';
import { similarBatches } from './batches.js';
import type { EncoderCheckpoint } from './encoder-checkpoint.js';
import { type LearningEncoder, openLearningEncoder } from './encoder-session.js';
import { encoderStep, type FineHyperparameters, ratesAt } from './encoder-step.js';
import { measure } from './evaluate.js';
import { balancedWeights, type FitOptions, type TaskEpoch, targetsOf, taskEpoch, weightedSum } from './fit.js';
import { lossWeightsOf } from './loss-weights.js';
import type { EmbeddedRows } from './rows.js';
import type { EncoderWeights, TokenRows } from './runs.js';
import { warmupThenDecay } from './schedule.js';
import type { Split } from './split.js';
import { headParameter } from './step-graph.js';
import { noLosses, type TaskLosses, withLosses } from './task-losses.js';
import { truthOf } from './truth.js';

/** An encoder as the fit starts from it, and how much of it learns. */
export interface EncoderStart {
  readonly architecture: Architecture;
  readonly pooling: Pooling;
  readonly weights: EncoderWeights;
  readonly learning: Learning;
}

export interface EncoderFitOptions extends Omit<FitOptions, 'hyperparameters'> {
  readonly hyperparameters: FineHyperparameters;
  /** Tasks whose heads keep their weights; none unless given. */
  readonly frozenHeads?: readonly string[];
  /** Threads of ONNX Runtime. */
  readonly threads: number;
  /** Activations at the boundary beyond this many bytes are kept on disk. */
  readonly boundaryBytes: number;
  /** Told how many rows have been run through the layers that are frozen. */
  readonly onBoundary?: (done: number, rows: number) => void;
  /** Told that the first step is about to be taken. */
  readonly onReady?: () => void;
  /** Given everything a later fit needs to go on from here: after every epoch, and within one when the last is old. */
  readonly onCheckpoint?: (checkpoint: EncoderCheckpoint) => Promise<void>;
  /** Aborted, as `signal` is, where somebody else is to go on: what was learned up to the last step is left in a checkpoint. */
  readonly handingOn?: AbortSignal;
  /** Milliseconds after which a checkpoint is old; 5 minutes unless given. */
  readonly checkpointAge?: number;
  /** Reads where an earlier fit of the same rows and options stopped; undefined where there was none. */
  readonly resume?: () => Promise<EncoderCheckpoint | undefined>;
}

/** What has learned. */
export interface LearnedEncoder {
  /** Tensors of the checkpoint that may have changed, by name. */
  readonly tensors: ReadonlyMap<string, Float32Array>;
  readonly heads: readonly Head[];
  /** The epoch whose weights these are. */
  readonly epoch: number;
}

/**
 * Trains heads and the encoder, or its upper layers, together: AdamW with a learning rate for each, linear warm-up and decay,
 * clipping, dropout, early stopping. The same rows, options and seed give the same bytes on the same machine, whether or not
 * the fit was stopped and resumed in between.
 * @param texts token ids of each example
 * @returns the weights of the best epoch; of the last one where nothing validates
 * @throws signal.reason when aborted, within a step; ManyheadError TRAINING_DIVERGED where a loss or gradient is no longer
 *   finite: the last checkpoint is then good still, as that step changed nothing
 */
export async function fitEncoder(
  encoder: EncoderStart,
  start: readonly Head[],
  examples: readonly Example[],
  texts: TokenRows,
  split: Split,
  options: EncoderFitOptions,
): Promise<LearnedEncoder> {
  const { hyperparameters, signal, frozenHeads = [] } = options;
  const { batchSize, epochs, patience } = hyperparameters;
  const truths = start.map((head) => truthOf(head, examples));
  const rowWeights = start.map((head, h) => balancedWeights(head, truths[h], split.training));
  const training = split.training.filter((row) => truths.some((truth) => truth[row] !== undefined));
  const plan = {
    architecture: encoder.architecture,
    pooling: encoder.pooling,
    learning: encoder.learning,
    heads: start.map((head) => ({ ...describeHead(head), frozen: frozenHeads.includes(head.task) })),
    dropout: {
      hidden: hyperparameters.hiddenDropout,
      attention: hyperparameters.attentionDropout,
      vector: hyperparameters.dropout,
    },
  };
  const learner = await openLearningEncoder(plan, encoder.weights, start, texts, [...training, ...split.validation], {
    threads: options.threads,
    batchSize,
    boundaryBytes: options.boundaryBytes,
    signal,
    onBoundary: options.onBoundary ?? (() => {}),
  });
  try {
    const from = await startFrom(learner, options);
    const { order, noise, progress } = from;
    const lossWeights = lossWeightsOf(options.lossWeights, start, from.lossWeights);
    let { best } = from;
    const stepsPerEpoch = Math.ceil(training.length / batchSize);
    const totalSteps = stepsPerEpoch * epochs;
    let savedAt = performance.now();
    options.onReady?.();
    /** @param epochOrder the order generator before the rows of the epoch were shuffled */
    const save = async (epochOrder: readonly number[]) => {
      savedAt = performance.now();
      if (options.onCheckpoint === undefined) return;
      const weights = learner.weights.state;
      await options.onCheckpoint({
        progress: { ...progress },
        order: epochOrder,
        noise: noise.state,
        weights,
        lossWeights: lossWeights.state,
        best,
      });
    };

    while (progress.epoch <= epochs && progress.epoch - (best?.epoch ?? 0) <= patience) {
      const started = performance.now();
      const resumedAt = progress.batch;
      const epochOrder = order.state;
      const batches = similarBatches(training, (row) => texts[row].length, batchSize, order);
      for (; progress.batch < stepsPerEpoch; progress.batch++) {
        // Timers and sockets run between steps: lock renewal, cancelling, progress.
        await nextTurn();
        if (signal.aborted && options.handingOn?.aborted) await save(epochOrder);
        signal.throwIfAborted();
        if (performance.now() - savedAt > (options.checkpointAge ?? 300_000)) await save(epochOrder);
        const rows = batches[progress.batch];
        const targets = start.map((head, h) => targetsOf(head, truths[h], rowWeights[h], rows));
        const step = (progress.epoch - 1) * stepsPerEpoch + progress.batch;
        const share = warmupThenDecay(step, totalSteps, hyperparameters.warmupRatio);
        const weights = lossWeights.values;
        const rates = ratesAt(share, hyperparameters);
        const losses = await encoderStep(learner, rows, targets, weights, step + 1, rates, noise, hyperparameters);
        lossWeights.learn(losses);
        const loss = weightedSum(losses, weights);
        progress.lossSum += loss * rows.length;
        progress.taskLosses = withLosses(progress.taskLosses ?? noLosses(start), losses, targets);
        const tasks = start.flatMap(({ task }, h) => (Number.isNaN(losses[h]) ? [] : [{ task, loss: losses[h] }]));
        const { epoch } = progress;
        options.onStep({ epoch, step: step + 1, totalSteps, rows: rows.length, loss, tasks, ...rates });
      }
      const seconds = (performance.now() - started) / 1000;
      const { epoch, taskLosses } = progress;
      const heads = learnedHeads(learner, start, frozenHeads);
      const tasks = await validate(learner, heads, examples, split, taskLosses, lossWeights.values);
      const loss = lossWeights.validationLoss(tasks.map(({ loss }) => loss ?? Number.NaN));
      await options.onEpoch({
        epoch,
        trainLoss: progress.lossSum / training.length,
        validationLoss: Number.isNaN(loss) ? undefined : loss,
        tasks,
        examplesPerSecond: (training.length - resumedAt * batchSize) / seconds,
        ...ratesAt(
          warmupThenDecay(epoch * stepsPerEpoch - 1, totalSteps, hyperparameters.warmupRatio),
          hyperparameters,
        ),
      });
      const score = Number.isNaN(loss) ? epoch : -loss;
      if (best === undefined || score > best.score) best = { score, epoch, weights: learner.weights.snapshot };
      Object.assign(progress, { epoch: epoch + 1, batch: 0, lossSum: 0, taskLosses: undefined });
      await save(order.state);
    }
    if (best) learner.weights.putBack(best.weights, encoder.weights(wordTable));
    return {
      tensors: learnedTensors(learner, encoder),
      heads: learnedHeads(learner, start, frozenHeads),
      epoch: best?.epoch ?? 0,
    };
  } finally {
    await learner.close();
  }
}

interface Start {
  readonly progress: { epoch: number; batch: number; lossSum: number; taskLosses: TaskLosses | undefined };
  readonly order: RandomGenerator;
  readonly noise: RandomGenerator;
  readonly lossWeights: EncoderCheckpoint['lossWeights'];
  readonly best: EncoderCheckpoint['best'];
}

/** The beginning, or where an earlier fit stopped. The checkpoint itself is let go of: it is as large as all that learns. */
async function startFrom(learner: LearningEncoder, { resume, seed }: EncoderFitOptions): Promise<Start> {
  const checkpoint = await resume?.();
  if (checkpoint === undefined)
    return {
      progress: { epoch: 1, batch: 0, lossSum: 0, taskLosses: undefined },
      order: RandomGenerator.seeded(seed, 'order'),
      noise: RandomGenerator.seeded(seed, 'dropout'),
      lossWeights: undefined,
      best: undefined,
    };
  learner.weights.restore(checkpoint.weights);
  return {
    progress: { taskLosses: undefined, ...checkpoint.progress },
    order: RandomGenerator.restored(checkpoint.order),
    noise: RandomGenerator.restored(checkpoint.noise),
    lossWeights: checkpoint.lossWeights,
    best: checkpoint.best,
  };
}

async function validate(
  learner: LearningEncoder,
  heads: readonly Head[],
  examples: readonly Example[],
  { validation }: Split,
  learned: TaskLosses | undefined,
  lossWeights: readonly number[],
): Promise<readonly TaskEpoch[]> {
  const { dimensions } = learner;
  const vectors = new Float32Array(examples.length * dimensions);
  await learner.embed(validation, (row, vector) => vectors.set(vector, row * dimensions));
  const rows: EmbeddedRows = { examples, vectors, dimensions };
  return heads.map((head, h) => taskEpoch(head.task, learned?.[h], measure(head, rows, validation), lossWeights[h]));
}

function learnedHeads(
  { weights }: LearningEncoder,
  start: readonly Head[],
  frozen: readonly string[],
): readonly Head[] {
  return start.map((head, h) => {
    if (frozen.includes(head.task)) return head;
    const layer = (first: number): Layer => ({
      weight: weights.values(headParameter(h, first)).slice(),
      bias: weights.values(headParameter(h, first + 1)).slice(),
    });
    return head.hidden ? { ...head, hidden: layer(0), output: layer(2) } : { ...head, output: layer(0) };
  });
}

function learnedTensors({ weights }: LearningEncoder, { architecture, learning }: EncoderStart) {
  const tensors = new Map(
    encoderParameters(architecture, learning).map(({ name }) => [name, weights.values(name).slice()]),
  );
  if (learning.kind === 'all') tensors.set(wordTable, weights.tableValues.slice());
  return tensors;
}
