import { unlessDamaged } from '../errors.js';
import type { Checkpoints } from './checkpoints.js';
import { hasEnded } from './job.js';
import type { JobRecords } from './records.js';

/** Removes the checkpoints of jobs that have ended: what is left where a worker was killed in between. */
export async function sweepCheckpoints(records: JobRecords, checkpoints: Checkpoints): Promise<void> {
  for (const id of await records.ids()) {
    const job = await unlessDamaged(records.find(id));
    if (job === undefined || !hasEnded(job.state)) continue;
    // A later one was begun since the record was read.
    for (const attempt of await checkpoints.attempts(id))
      if (attempt <= job.attempt) await checkpoints.delete({ id, attempt });
  }
}
