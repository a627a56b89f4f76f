import type { TrainingQueue } from '../../src/queue/queue.js';

/** A queue that takes everything, tells nothing, and does not say that it holds anything. */
export const quietQueue: TrainingQueue = {
  add: async () => {},
  remove: async () => false,
  holds: async () => false,
  progress: async () => undefined,
  depth: async () => ({ waiting: 0, active: 0, delayed: 0 }),
  ping: async () => {},
  close: async () => {},
};
