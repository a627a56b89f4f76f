import type { Head } from '../heads/head.js';
import { AdamW } from './adamw.js';

/** What the loss of each task counts in the sum: given once, or learned. */
export type LossWeightChoice = readonly number[] | 'UNCERTAINTY';

/** Where learned weights stand, as plain numbers for a checkpoint. */
export interface LossWeightState {
  readonly logVariances: readonly number[];
  readonly step: number;
  readonly means: readonly number[];
  readonly variances: readonly number[];
}

export interface LossWeights {
  /** What each task's loss counts in the next step. */
  readonly values: readonly number[];
  /**
   * One number of the tasks' losses on validation rows, by which epochs are compared: what the weights make of them, or, where
   * those move, the mean of each loss as a share of what guessing loses, 1 at most, so that a task of which nothing can be learned
   * has no say. NaN for a task without rows; NaN where no task has any.
   */
  validationLoss(losses: readonly number[]): number;
  /** Takes the losses of a step; NaN for a task without rows in it. */
  learn(losses: readonly number[]): void;
  /** Undefined where nothing is learned. */
  readonly state: LossWeightState | undefined;
}

const LEARNING_RATE = 0.02;

/** Weights stay between e^-6 and e^4, so that a task that is learned by heart does not take all. */
const LEAST = -4;
const MOST = 6;

/**
 * UNCERTAINTY: each task has a variance that is learned with everything else (Kendall, Gal & Cipolla 2018): the sum is that of
 * exp(-s) L + s / 2 over the tasks, s the logarithm of the variance, so that a task whose loss stays high counts little. It
 * starts where it would settle if every task's loss were that of guessing.
 * @param start the heads whose losses are summed
 */
export function lossWeightsOf(
  choice: LossWeightChoice,
  start: readonly Pick<Head, 'kind' | 'labels'>[],
  saved?: LossWeightState,
): LossWeights {
  if (choice !== 'UNCERTAINTY')
    return {
      values: choice,
      validationLoss: (losses) => summed(losses, (loss, task) => loss * choice[task]),
      learn() {},
      state: undefined,
    };
  const first = start.map((head) => Math.log(2 * guessing(head)));
  const s = Float32Array.from(saved?.logVariances ?? first);
  const optimizer = new AdamW(
    [{ values: s, weightDecay: 0 }],
    saved && {
      step: saved.step,
      means: [Float32Array.from(saved.means)],
      variances: [Float32Array.from(saved.variances)],
    },
  );
  return {
    get values() {
      return Array.from(s, (each) => Math.exp(-each));
    },
    validationLoss: (losses) =>
      summed(losses, (loss, task) => Math.min(1, loss / guessing(start[task])) / losses.length),
    learn(losses) {
      optimizer.step([uncertaintyGradient(s, losses)], LEARNING_RATE);
      s.forEach((each, task) => {
        s[task] = Math.min(MOST, Math.max(LEAST, each));
      });
    },
    get state() {
      const { step, means, variances } = optimizer.state;
      return { logVariances: [...s], step, means: [...means[0]], variances: [...variances[0]] };
    },
  };
}

/** Of the sum of exp(-s) L + s / 2 with respect to s; 0 for a task without rows. */
export const uncertaintyGradient = (s: Float32Array, losses: readonly number[]): Float32Array =>
  s.map((each, task) => (Number.isNaN(losses[task]) ? 0 : 0.5 - Math.exp(-each) * losses[task]));

/** Over the tasks that have a loss. */
function summed(losses: readonly number[], term: (loss: number, task: number) => number): number {
  const known = losses.flatMap((loss, task) => (Number.isNaN(loss) ? [] : [term(loss, task)]));
  return known.length === 0 ? Number.NaN : known.reduce((a, b) => a + b, 0);
}

/** The loss of a head that knows nothing. */
const guessing = ({ kind, labels }: Pick<Head, 'kind' | 'labels'>): number =>
  kind === 'SINGLE_LABEL' ? Math.log(labels.length) : labels.length * Math.log(2);
