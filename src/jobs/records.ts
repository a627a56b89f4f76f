import { randomBytes } from 'node:crypto';
import { register } from '../artifacts/register.js';
import { unsealed } from '../artifacts/seal.js';
import type { ArtifactStore } from '../artifacts/store.js';
import { notFound, unlessDamaged } from '../errors.js';
import { readHistory, readJob } from './earlier-records.js';
import type { EpochEntry, Job, JobKind, JobOrigin, JobState, JobStatus, Order } from './job.js';

export interface JobRecords {
  create(order: Order, by: string, origin?: JobOrigin): Promise<Job>;
  find(id: string): Promise<Job | undefined>;
  /** @throws ManyheadError NOT_FOUND naming the newest jobs */
  get(id: string): Promise<Job>;
  /** All ids, oldest first. */
  ids(): Promise<readonly string[]>;
  /** A few words on every job, oldest first, but for those whose record is damaged. */
  outlines(): Promise<readonly JobOutline[]>;
  /**
   * Moves a job on, if `next` gives a state for the one it is in; two processes never both move it from one state.
   * @returns the job and whether this call moved it
   */
  move(id: string, next: (job: Job) => JobState | undefined): Promise<{ job: Job; moved: boolean }>;
  /** The same for a worker that takes the job: where it runs already, the worker that had it is counted as lost. */
  take(id: string, next: (job: Job) => JobState | undefined): Promise<{ job: Job; moved: boolean }>;
  /** Queues an ended job again, as its next attempt. */
  again(id: string, check: (job: Job) => void, origin?: JobOrigin): Promise<Job>;
  /** Puts a job back as it was before `again`, unless somebody has moved it on since. */
  restore(before: Job): Promise<{ job: Job; moved: boolean }>;
  /** The epochs of the job's present attempt, as the last worker that told any tells them. */
  history(job: Job): Promise<readonly EpochEntry[]>;
  /**
   * Replaces the history of the job's present attempt; only the worker that runs it does. One that was lost, and does not know,
   * replaces its own, which nobody reads any more once its successor has told an epoch.
   * @param job as the worker has taken it
   */
  putHistory(job: Job, history: readonly EpochEntry[]): Promise<void>;
  /** Forgets a job that never reached the queue. */
  delete(id: string): Promise<void>;
}

/** What tells whether somebody wants to see a job in full. */
export interface JobOutline {
  readonly id: string;
  readonly status: JobStatus;
  readonly kind: JobKind;
  readonly model: string;
}

/**
 * Job records on an artifact store: `jobs/<id>/record/`, and `jobs/<id>/history-<attempt>.json`, or `history-<attempt>-<lost>.json`
 * of a worker that took the job after so many were lost.
 */
export function jobRecordsOn(store: ArtifactStore): JobRecords {
  const record = (id: string) => register(store, `jobs/${id}/record`, `the record of job ${id}`, readJob);
  const historyKey = ({ id, attempt }: Job, lost: number) =>
    `jobs/${id}/history-${attempt}${lost === 0 ? '' : `-${lost}`}.json`;
  const ids = () => store.list('jobs');
  // What has succeeded stays so: of the jobs of years, only those that have not need a second look.
  const succeeded = new Map<string, JobOutline>();
  const find = async (id: string) => (isJobId(id) ? (await record(id).read())?.value : undefined);

  const get = async (id: string): Promise<Job> => {
    const job = await find(id);
    if (job === undefined) throw notFound(`job ${JSON.stringify(id)}`, [...(await ids())].reverse(), 'id');
    return job;
  };

  /** Changes a job, unless `change` gives undefined for what it finds. */
  const change = async (id: string, change: (job: Job) => Job | undefined) => {
    await get(id);
    let moved = false;
    const job = await record(id).update((current) => {
      const next = current && change(current);
      moved = next !== undefined;
      return next;
    });
    return { job: job ?? (await get(id)), moved };
  };

  return {
    async create(order, by, origin) {
      const job: Job = {
        id: newJobId(),
        createdAt: new Date().toISOString(),
        by,
        ...(origin && { origin }),
        attempt: 1,
        order,
        state: { status: 'QUEUED' },
      };
      await record(job.id).update(() => job);
      return job;
    },
    find,
    get,
    ids,
    async outlines() {
      const outline = async (id: string): Promise<JobOutline | undefined> => {
        const read = succeeded.get(id) ?? outlineOf(await unlessDamaged(find(id)));
        if (read?.status === 'SUCCEEDED') succeeded.set(id, read);
        return read;
      };
      const outlines: (JobOutline | undefined)[] = [];
      const all = await ids();
      for (let start = 0; start < all.length; start += READ_AT_ONCE)
        outlines.push(...(await Promise.all(all.slice(start, start + READ_AT_ONCE).map(outline))));
      return outlines.filter((each) => each !== undefined);
    },
    move: (id, next) =>
      change(id, (job) => {
        const state = next(job);
        return state && { ...job, state };
      }),
    take: (id, next) =>
      change(id, (job) => {
        const state = next(job);
        const wasLeft = job.state.status === 'RUNNING' && !('handedBack' in job.state);
        return state && { ...job, state, ...(wasLeft && { workersLost: (job.workersLost ?? 0) + 1 }) };
      }),
    async again(id, check, origin) {
      const { job } = await change(id, (job) => {
        check(job);
        return { ...job, origin, attempt: job.attempt + 1, workersLost: undefined, state: { status: 'QUEUED' } };
      });
      return job;
    },
    restore: (before) =>
      change(before.id, ({ state, attempt }) =>
        state.status === 'QUEUED' && attempt === before.attempt + 1 ? before : undefined,
      ),
    async history(job) {
      // A worker that took the job over has told nothing before its first epoch; what it goes on from, the one before it has.
      for (let lost = job.workersLost ?? 0; lost >= 0; lost--) {
        const bytes = await store.get(historyKey(job, lost));
        if (bytes !== undefined) return unsealed(`the history of job ${job.id}`, bytes, readHistory);
      }
      return [];
    },
    putHistory: (job, history) =>
      store.put(historyKey(job, job.workersLost ?? 0), Buffer.from(JSON.stringify(history))),
    delete: (id) => store.delete(`jobs/${id}`),
  };
}

/** Records that are read at once where all of them are: more would only wait in memory. */
const READ_AT_ONCE = 64;

const outlineOf = (job: Job | undefined): JobOutline | undefined =>
  job && { id: job.id, status: job.state.status, kind: job.order.kind, model: job.order.model };

/** Ids sort by the time they were made: 9 digits of milliseconds and 8 of chance, base 36. */
function newJobId(): string {
  const chance = BigInt(`0x${randomBytes(8).toString('hex')}`)
    .toString(36)
    .padStart(13, '0')
    .slice(-8);
  return `${Date.now().toString(36).padStart(9, '0')}${chance}`;
}

const isJobId = (id: string): boolean => /^[0-9a-z]{17}$/.test(id);
