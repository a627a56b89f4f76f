import type { EpochEntry, Job } from './job.js';

/** The epoch that a head has its weights from. */
export interface KeptEpoch {
  readonly task: string;
  readonly epoch: number;
}

/**
 * From which of its epochs a training that has made a version has kept each head: the one with the lowest validation loss, or the last
 * where no row of the task validates. Heads on an encoder that learns share it, and their epoch with it.
 */
export function keptEpochs({ order, state }: Job, history: readonly EpochEntry[]): readonly KeptEpoch[] {
  const last = history.at(-1);
  if (order.kind !== 'TRAIN' || state.status !== 'SUCCEEDED' || last === undefined || last.epoch === 0) return [];
  const isShared = order.freeze.backbone !== 'FULL';
  return last.tasks
    .filter(({ task }) => !order.freeze.heads.includes(task))
    .map(({ task }) => {
      const lossOf = (entry: EpochEntry) =>
        isShared ? entry.validationLoss : entry.tasks.find((each) => each.task === task)?.loss;
      return { task, epoch: lowest(history, lossOf).epoch };
    });
}

/** The first of those with the lowest loss; the last entry where there is no loss. */
const lowest = (history: readonly EpochEntry[], lossOf: (entry: EpochEntry) => number | undefined): EpochEntry =>
  history.reduce((best, entry) => {
    const [loss, least] = [lossOf(entry), lossOf(best)];
    return loss === undefined || least === undefined || loss < least ? entry : best;
  });
