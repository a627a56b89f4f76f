import { setImmediate as nextTurn } from 'node:timers/promises';
import { ManyheadError } from '../errors.js';
import { headGradients } from '../heads/gradient.js';
import { type Head, type Layer, layersOf } from '../heads/head.js';
import type { Targets } from '../heads/loss.js';
import { RandomGenerator } from '../random/generator.js';
import { AdamW } from './adamw.js';
import { type Measured, measure } from './evaluate.js';
import type { Hyperparameters } from './hyperparameters.js';
import { type LossWeightChoice, lossWeightsOf } from './loss-weights.js';
import { type EmbeddedRows, gather } from './rows.js';
import { type LearningRates, warmupThenDecay } from './schedule.js';
import type { Split } from './split.js';
import { type LossSum, meanLoss, noLosses, withLosses } from './task-losses.js';
import { type RowTruth, truthOf } from './truth.js';

/** One epoch of one task. */
export interface TaskEpoch {
  readonly task: string;
  /** Mean over the labelled rows learned from, while they were; undefined where there are none. */
  readonly trainLoss: number | undefined;
  /** Mean over the labelled validation rows; undefined where there are none. */
  readonly loss: number | undefined;
  readonly accuracy: number | undefined;
  readonly macroF1: number | undefined;
  /** Labelled validation rows. */
  readonly support: number;
  readonly lossWeight: number;
}

/** With the learning rates of its last step; none where the job only measured, or in records of earlier releases. */
export interface Epoch extends Partial<LearningRates> {
  readonly epoch: number;
  readonly trainLoss: number;
  readonly validationLoss: number | undefined;
  readonly tasks: readonly TaskEpoch[];
  readonly examplesPerSecond: number;
}

export interface Step extends LearningRates {
  readonly epoch: number;
  /** From 1. */
  readonly step: number;
  readonly totalSteps: number;
  /** Rows it learned from. */
  readonly rows: number;
  readonly loss: number;
  readonly tasks: readonly { readonly task: string; readonly loss: number }[];
}

export interface FitOptions {
  readonly hyperparameters: Hyperparameters;
  /** One a head, or learned. */
  readonly lossWeights: LossWeightChoice;
  readonly seed: number;
  /** Aborted: the fit throws `signal.reason` before its next step. */
  readonly signal: AbortSignal;
  readonly onStep: (step: Step) => void;
  readonly onEpoch: (epoch: Epoch) => Promise<void>;
}

/**
 * Trains heads on vectors that stay as they are: mini-batches in seeded order, softmax or sigmoid cross-entropy, AdamW,
 * linear warm-up and decay, early stopping on the validation rows. Heads on a fixed encoder share nothing, so each has a best
 * epoch of its own, and the fit ends when all have theirs. The same rows, options and seed give the same bytes.
 * @returns the heads of their best epochs, uncalibrated; of the last one where nothing validates; none where there are none
 * @throws signal.reason when aborted; ManyheadError TRAINING_DIVERGED where the loss or a weight is no longer finite
 */
export async function fitHeads(
  start: readonly Head[],
  rows: EmbeddedRows,
  split: Split,
  options: FitOptions,
): Promise<readonly Head[]> {
  if (start.length === 0) return [];
  const { hyperparameters, signal } = options;
  const { batchSize, epochs, headLearningRate, warmupRatio, dropout, maxGradNorm, patience } = hyperparameters;
  const heads = start.map(copyOf);
  const lossWeights = lossWeightsOf(options.lossWeights, heads);
  const truths = heads.map((head) => truthOf(head, rows.examples));
  const rowWeights = heads.map((head, h) => balancedWeights(head, truths[h], split.training));
  const training = split.training.filter((row) => truths.some((truth) => truth[row] !== undefined));
  const optimizer = new AdamW(
    heads.flatMap(layersOf).flatMap(({ weight, bias }) => [
      { values: weight, weightDecay: hyperparameters.weightDecay },
      { values: bias, weightDecay: 0 },
    ]),
  );
  const order = RandomGenerator.seeded(options.seed, 'order');
  const noise = RandomGenerator.seeded(options.seed, 'dropout');

  const stepsPerEpoch = Math.ceil(training.length / batchSize);
  const totalSteps = stepsPerEpoch * epochs;
  const best = heads.map((head) => ({ score: -Infinity, epoch: 0, head: copyOf(head) }));
  for (let epoch = 1; epoch <= epochs && best.some((each) => epoch - each.epoch <= patience); epoch++) {
    const started = performance.now();
    const shuffled = order.shuffled(training);
    let lossSum = 0;
    let taskLosses = noLosses(heads);
    let rates: LearningRates = { headLearningRate: 0, encoderLearningRate: undefined };
    for (let batch = 0; batch < stepsPerEpoch; batch++) {
      // Timers and sockets run between steps: lock renewal, cancelling, progress.
      await nextTurn();
      signal.throwIfAborted();
      const taken = shuffled.slice(batch * batchSize, (batch + 1) * batchSize);
      const step = (epoch - 1) * stepsPerEpoch + batch;
      const targets = heads.map((head, h) => targetsOf(head, truths[h], rowWeights[h], taken));
      const weights = lossWeights.values;
      const learning = heads.map((head, h) => ({ kind: head.kind, layers: layersOf(head), lossWeight: weights[h] }));
      const { losses, layers } = headGradients(learning, dropped(gather(rows, taken), dropout, noise), targets, {
        vectors: false,
      });
      const loss = weightedSum(losses, weights);
      if (!Number.isFinite(loss)) throw diverged(`the loss is ${loss}`, step + 1);
      const gradients = layers.flat().flatMap(({ weight, bias }) => [weight, bias]);
      if (maxGradNorm > 0) clip(gradients, maxGradNorm);
      rates = { ...rates, headLearningRate: headLearningRate * warmupThenDecay(step, totalSteps, warmupRatio) };
      optimizer.step(gradients, rates.headLearningRate);
      lossWeights.learn(losses);
      lossSum += loss * taken.length;
      taskLosses = withLosses(taskLosses, losses, targets);
      options.onStep({
        epoch,
        step: step + 1,
        totalSteps,
        rows: taken.length,
        loss,
        ...rates,
        tasks: heads.flatMap(({ task }, h) => (Number.isNaN(losses[h]) ? [] : [{ task, loss: losses[h] }])),
      });
    }
    if (!heads.every(hasFiniteWeights)) throw diverged('a weight is no longer a number', epoch * stepsPerEpoch);
    const seconds = (performance.now() - started) / 1000;
    const weights = lossWeights.values;
    const tasks = heads.map((head, h) =>
      taskEpoch(head.task, taskLosses[h], measure(head, rows, split.validation), weights[h]),
    );
    const validationLoss = lossWeights.validationLoss(tasks.map(({ loss }) => loss ?? Number.NaN));
    await options.onEpoch({
      epoch,
      trainLoss: lossSum / training.length,
      validationLoss: Number.isNaN(validationLoss) ? undefined : validationLoss,
      tasks,
      examplesPerSecond: training.length / seconds,
      ...rates,
    });
    // The loss tells two epochs apart where the accuracy of a few hundred rows only jumps about.
    tasks.forEach(({ loss }, h) => {
      const score = loss === undefined ? epoch : -loss;
      if (score > best[h].score) best[h] = { score, epoch, head: copyOf(heads[h]) };
    });
  }
  return best.map(({ head }) => head);
}

/** @param rate the hyperparameter that may be to blame */
export const diverged = (how: string, step: number, rate = 'headLearningRate'): ManyheadError =>
  new ManyheadError('TRAINING_DIVERGED', `Training came apart at step ${step}: ${how}. A lower ${rate} may help.`);

const hasFiniteWeights = (head: Head): boolean =>
  layersOf(head).every(({ weight, bias }) => weight.every(Number.isFinite) && bias.every(Number.isFinite));

export const taskEpoch = (
  task: string,
  learned: LossSum | undefined,
  measured: Measured | undefined,
  lossWeight: number,
): TaskEpoch => ({
  task,
  trainLoss: meanLoss(learned),
  loss: measured?.loss,
  accuracy: measured?.accuracy,
  macroF1: measured?.macroF1,
  support: measured?.support ?? 0,
  lossWeight,
});

/** Inverted dropout, in place (Srivastava et al. 2014). */
function dropped(vectors: Float32Array, dropout: number, noise: RandomGenerator): Float32Array {
  if (dropout > 0)
    for (let i = 0; i < vectors.length; i++) vectors[i] *= noise.uniform() < dropout ? 0 : 1 / (1 - dropout);
  return vectors;
}

export function targetsOf(
  head: Head,
  truth: readonly RowTruth[],
  rowWeights: Float32Array,
  rows: readonly number[],
): Targets {
  const labels = head.labels.length;
  const given = new Float32Array(rows.length * labels);
  const weights = new Float32Array(rows.length);
  rows.forEach((row, place) => {
    for (const label of truth[row] ?? []) given[place * labels + label] = 1;
    weights[place] = rowWeights[row];
  });
  return { given, weights };
}

/**
 * What each row's loss counts: for a SINGLE_LABEL head the inverse square root of its label's frequency, 1 on average, so
 * that rare labels are learned without drowning the common ones (between no balancing and full balancing); 0 without a label.
 */
export function balancedWeights(head: Head, truth: readonly RowTruth[], training: readonly number[]): Float32Array {
  if (head.kind === 'MULTI_LABEL') return Float32Array.from(truth, (given) => (given === undefined ? 0 : 1));
  const frequency = new Float64Array(head.labels.length);
  for (const row of training) for (const label of truth[row] ?? []) frequency[label] += 1;
  const weights = new Float32Array(truth.length);
  let sum = 0;
  let labelled = 0;
  for (const row of training) {
    const given = truth[row];
    if (given === undefined) continue;
    weights[row] = 1 / Math.sqrt(frequency[given[0]]);
    sum += weights[row];
    labelled += 1;
  }
  return weights.map((weight) => (weight * labelled) / sum);
}

/** Scales gradients down so that their common length is at most `most` (Pascanu et al. 2013). */
function clip(gradients: readonly Float32Array[], most: number): void {
  const norm = Math.sqrt(gradients.reduce((sum, gradient) => sum + gradient.reduce((total, g) => total + g * g, 0), 0));
  if (norm > most)
    for (const gradient of gradients) for (let i = 0; i < gradient.length; i++) gradient[i] *= most / norm;
}

export const weightedSum = (losses: readonly number[], weights: readonly number[]): number =>
  losses.reduce((sum, loss, i) => sum + (Number.isNaN(loss) ? 0 : loss * weights[i]), 0);

const copyOf = (head: Head): Head => ({
  ...head,
  hidden: head.hidden && copyLayer(head.hidden),
  output: copyLayer(head.output),
});

const copyLayer = ({ weight, bias }: Layer): Layer => ({ weight: weight.slice(), bias: bias.slice() });
