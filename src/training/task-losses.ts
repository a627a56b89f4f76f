import type { Targets } from '../heads/loss.js';

/** The losses of one task so far: their sum over the labelled rows, and how many those are. */
export interface LossSum {
  readonly sum: number;
  readonly rows: number;
}

/** One sum a task, in the order of the heads. */
export type TaskLosses = readonly LossSum[];

export const noLosses = (heads: readonly unknown[]): TaskLosses => heads.map(() => ({ sum: 0, rows: 0 }));

/** @param losses of a batch, one a head: the mean over its labelled rows, NaN where it has none */
export const withLosses = (before: TaskLosses, losses: readonly number[], targets: readonly Targets[]): TaskLosses =>
  before.map(({ sum, rows }, head) => {
    const labelled = targets[head].weights.reduce((count, weight) => count + (weight === 0 ? 0 : 1), 0);
    return labelled === 0 ? { sum, rows } : { sum: sum + losses[head] * labelled, rows: rows + labelled };
  });

/** The mean loss of a task; undefined where no row was labelled for it. */
export const meanLoss = (losses: LossSum | undefined): number | undefined =>
  losses === undefined || losses.rows === 0 ? undefined : losses.sum / losses.rows;
