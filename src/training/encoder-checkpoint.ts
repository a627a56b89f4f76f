import type { LearningState, Snapshot } from './learning-weights.js';
import type { LossWeightState } from './loss-weights.js';
import type { TaskLosses } from './task-losses.js';

/**
 * Everything that the rest of a fit depends on, besides its rows and options: a fit that goes on from here ends in the same
 * bytes as one that was never stopped. Good until the fit takes its next step: it shares the fit's memory.
 */
export interface EncoderCheckpoint {
  readonly progress: {
    /** The epoch that runs, from 1; how many of its batches are done, and the sum of their rows' losses. */
    readonly epoch: number;
    readonly batch: number;
    readonly lossSum: number;
    /** The same for each task; absent in checkpoints of earlier releases. */
    readonly taskLosses?: TaskLosses;
  };
  /** State of the generator that orders rows, before those of the epoch were shuffled. */
  readonly order: readonly number[];
  /** State of the generator of dropout's noise. */
  readonly noise: readonly number[];
  readonly weights: LearningState;
  /** Where the weights of the tasks' losses stand; undefined where they do not learn. */
  readonly lossWeights: LossWeightState | undefined;
  /** The best epoch so far. */
  readonly best: { readonly epoch: number; readonly score: number; readonly weights: Snapshot } | undefined;
}
