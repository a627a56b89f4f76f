import type { EpochEntry } from '#src/jobs/job.js';

/** What a history holds of an epoch, of which only the number matters. */
export const epochEntry = (epoch: number): EpochEntry => ({
  epoch,
  trainLoss: 1 / epoch,
  validationLoss: undefined,
  examplesPerSecond: 1,
  tasks: [],
  at: '2026-01-01T00:00:00.000Z',
  etaSeconds: undefined,
  seconds: {},
});
