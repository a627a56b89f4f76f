import type { Datasets } from '../datasets/store.js';
import { ManyheadError } from '../errors.js';
import type { Delivery } from '../queue/delivery.js';
import type { TrainingQueue } from '../queue/queue.js';
import type { Registry } from '../registry/registry.js';
import type { Checkpoints } from './checkpoints.js';
import { hasEnded, type Job, type JobOrigin, type Order, startedAt } from './job.js';
import { madeBy } from './made.js';
import { openJobs, refuseWhereGone } from './needs.js';
import type { JobRecords } from './records.js';

/** Where jobs are kept, and what delivers them. */
export interface JobRooms {
  readonly records: JobRecords;
  readonly queue: TrainingQueue;
  readonly checkpoints: Checkpoints;
}

/** What accepting a job looks at besides. */
export interface AcceptingRooms extends JobRooms {
  readonly datasets: Pick<Datasets, 'keep'>;
  readonly registry: Pick<Registry, 'find' | 'versions' | 'versionOfJob'>;
}

/** Who asks. */
export interface Caller {
  readonly name: string;
}

export const deliveryOf = ({ id, attempt }: Job): Delivery => ({ jobId: id, attempt });

/**
 * Accepts a job: its record first, then the queue; where the queue is away nothing is left of it. Where the queue went away
 * between taking it and saying so, and a worker has begun, it is accepted all the same.
 * @throws ManyheadError QUEUE_UNAVAILABLE; CONFLICT where what it needs is gone since it was checked
 */
export async function submit(order: Order, { name }: Caller, rooms: AcceptingRooms, origin?: JobOrigin): Promise<Job> {
  const { records, queue } = rooms;
  await refuseWhereGone(order, rooms);
  const job = await records.create(order, name, origin);
  try {
    await queue.add(deliveryOf(job));
  } catch (error) {
    const { job: present, moved } = await records.move(job.id, ({ state }) =>
      state.status === 'QUEUED'
        ? { status: 'CANCELLED', startedAt: undefined, finishedAt: new Date().toISOString() }
        : undefined,
    );
    if (!moved) return present;
    await records.delete(job.id);
    throw error;
  }
  return job;
}

/**
 * Ends a job that has not ended. Where one is running, its worker stops within a step.
 * @throws ManyheadError NOT_FOUND; CONFLICT where it has ended, is writing its version, or has made it in an attempt before
 */
export async function cancel(
  id: string,
  { records, queue, checkpoints, registry }: Omit<AcceptingRooms, 'datasets'>,
): Promise<Job> {
  const before = await records.get(id);
  const made = before.attempt > 1 && !hasEnded(before.state) ? await madeBy(before, registry) : undefined;
  if (made)
    throw new ManyheadError(
      'CONFLICT',
      `job ${id} has made version ${made.number} already, and cannot be cancelled: delete that version where it is not wanted.`,
      'id',
    );
  const { job, moved } = await records.move(id, ({ state }) =>
    hasEnded(state) || 'saving' in state
      ? undefined
      : { status: 'CANCELLED', startedAt: startedAt(state), finishedAt: new Date().toISOString() },
  );
  if (!moved)
    throw new ManyheadError(
      'CONFLICT',
      `job ${id} ${hasEnded(job.state) ? `has ended: it is ${job.state.status}` : 'is writing its version'}, and cannot be cancelled.`,
      'id',
    );
  // The record decides: a delivery that cannot be taken back now is dropped by the worker that gets it.
  await queue.remove(deliveryOf(job)).catch(() => {});
  // The worker that runs it deletes it too, once it has stopped; here it is for a job whose worker died.
  await checkpoints.delete(job).catch(() => {});
  return job;
}

/**
 * Queues a job that failed or was cancelled again, as its next attempt.
 * @throws ManyheadError NOT_FOUND; CONFLICT where it has not failed, or what it needs is gone; QUEUE_UNAVAILABLE, and the job
 *   stays as it was
 */
export async function retry(id: string, rooms: AcceptingRooms, origin?: JobOrigin): Promise<Job> {
  const { records, queue } = rooms;
  await queue.ping();
  const before = await records.get(id);
  const check = ({ state }: Job): void => {
    if (state.status !== 'FAILED' && state.status !== 'CANCELLED')
      throw new ManyheadError(
        'CONFLICT',
        `job ${id} is ${state.status}: only a job that is FAILED or CANCELLED can be tried again.`,
        'id',
      );
  };
  check(before);
  // What it has made already needs nothing any more.
  if ((await madeBy(before, rooms.registry)) === undefined) await refuseWhereGone(before.order, rooms, 'id');
  const job = await records.again(id, check, origin);
  try {
    await queue.add(deliveryOf(job));
  } catch (error) {
    const { job: present, moved } = await records.restore(before);
    if (!moved) return present;
    throw error;
  }
  return job;
}

/**
 * Puts the jobs that wait or run by their record, but are not in the queue, back into it: what is left of a process that
 * was killed between the two, or of a queue that lost its data.
 */
export async function reconcile({ records, queue }: JobRooms): Promise<number> {
  let added = 0;
  for (const job of await openJobs(records)) {
    if (await queue.holds(deliveryOf(job))) continue;
    await queue.add(deliveryOf(job));
    added += 1;
  }
  return added;
}
