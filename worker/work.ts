import type { Checkpoints } from '../src/jobs/checkpoints.js';
import type { Job, JobResult } from '../src/jobs/job.js';
import type { JobRecords } from '../src/jobs/records.js';
import type { Log } from '../src/log.js';
import { evaluate } from './evaluate.js';
import { fitProjection } from './fit-projection.js';
import type { Rooms } from './learned.js';
import { makeVersion } from './make-version.js';
import type { JobReporter } from './reporter.js';

/** What a job works with, and leaves word through. */
export interface WorkRooms extends Rooms {
  readonly checkpoints: Checkpoints;
  readonly records: JobRecords;
  /** See `Config.keepVersions`. */
  readonly keepVersions: number;
  readonly log: Log;
  /** Aborted when this process is about to stop: its jobs go back to the queue. */
  readonly stopping: AbortSignal;
}

/**
 * Does what a job is to do, whichever kind it is. Safe to do again where a worker died in the middle, or at the very end.
 * @param beginSaving called before anything lasting is written; throws where the job was cancelled
 * @throws signal.reason when aborted, within a step
 */
export function work(
  job: Job,
  rooms: WorkRooms,
  reporter: JobReporter,
  beginSaving: () => Promise<void>,
  signal: AbortSignal,
): Promise<JobResult> {
  const { order } = job;
  switch (order.kind) {
    case 'TRAIN':
      return makeVersion(job, order, rooms, reporter, beginSaving, signal);
    case 'EVALUATE':
      return evaluate(order, rooms, reporter, beginSaving, signal);
    case 'FIT_PROJECTION':
      return fitProjection(order, rooms, reporter, beginSaving, signal);
  }
}
