import type { Datasets } from '../datasets/store.js';
import type { StoredVectors } from '../datasets/vectors.js';
import { unlessDamaged } from '../errors.js';
import type { Registry } from '../registry/registry.js';
import type { Checkpoints } from './checkpoints.js';
import { hasEnded, type Job } from './job.js';
import type { JobRecords } from './records.js';

/** Removes the checkpoints of jobs that have ended: what is left where a worker was killed in between. */
export async function sweepCheckpoints(records: JobRecords, checkpoints: Checkpoints): Promise<void> {
  for (const id of await records.ids()) {
    const attempts = await checkpoints.attempts(id);
    const job = attempts.length === 0 ? undefined : await unlessDamaged(records.find(id));
    if (job === undefined || !hasEnded(job.state)) continue;
    for (const attempt of attempts) if (attempt <= job.attempt) await checkpoints.delete({ id, attempt });
  }
}

/** How long a job that failed or was cancelled can be tried again on the same rows, in milliseconds. */
const RETRIED_WITHIN = 30 * 24 * 60 * 60 * 1000;

/**
 * Removes rows, and vectors of them, that no data set, no version and no job needs any more: a text that somebody wants to be rid of
 * is gone when everything that was made of it is.
 * @throws ManyheadError DAMAGED where one cannot tell who needs what; nothing is removed then
 */
export async function sweepRows(
  rooms: NeedingRooms & { readonly datasets: Datasets; readonly vectors: StoredVectors },
): Promise<void> {
  const { datasets, vectors } = rooms;
  const nameless = await datasets.nameless();
  if (nameless.length === 0) return;
  const needed = await neededRows(rooms);
  for (const digest of nameless) {
    if (needed.has(digest)) continue;
    await vectors.delete(digest);
    await datasets.deleteNameless(digest);
  }
}

interface NeedingRooms {
  readonly records: JobRecords;
  readonly registry: Registry;
}

/** Jobs are asked before versions: a job that made a version in between has been seen as one that had not ended. */
async function neededRows({ records, registry }: NeedingRooms): Promise<ReadonlySet<string>> {
  const needed = new Set<string>();
  const outlines = await records.outlines();
  const succeeded = new Set(outlines.filter(({ status }) => status === 'SUCCEEDED').map(({ id }) => id));
  // One whose record is damaged has no outline: it is read here, and says so.
  for (const id of await records.ids()) {
    const job = succeeded.has(id) ? undefined : await records.find(id);
    if (job !== undefined && mayRun(job)) needed.add(job.order.datasetDigest);
  }
  for (const model of await registry.models())
    for (const number of await registry.versions(model)) {
      const version = await registry.find(model, number);
      if (version !== undefined) needed.add(version.datasetDigest);
    }
  return needed;
}

function mayRun({ state }: Job): boolean {
  switch (state.status) {
    case 'SUCCEEDED':
      return false;
    case 'FAILED':
    case 'CANCELLED':
      return Date.now() - Date.parse(state.finishedAt) < RETRIED_WITHIN;
    default:
      return true;
  }
}
