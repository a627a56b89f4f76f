import { messageOf, unlessDamaged } from '../errors.js';
import type { Log } from '../log.js';
import type { QueueEvent } from '../queue/events.js';
import { deliveryOf, type JobRooms, reconcile } from './actions.js';
import { bell } from './bell.js';
import { endable } from './endable.js';
import { type GivingUpRooms, giveUp } from './give-up.js';
import { type EpochEntry, hasEnded, type Job, type JobProgress } from './job.js';
import { openJobs } from './needs.js';
import { sharedReading } from './shared-reading.js';

/** What somebody who follows a job is told. */
export type JobEvent =
  | { readonly kind: 'STATUS' | 'VERSION'; readonly job: Job }
  | { readonly kind: 'STEP'; readonly job: Job; readonly progress: JobProgress }
  | { readonly kind: 'EPOCH'; readonly job: Job; readonly epoch: EpochEntry };

export interface JobFeed {
  /** Takes what the queue tells. */
  heard(event: QueueEvent): void;
  /** The present state of a job, then its steps and epochs as they come, and its end. @throws ManyheadError NOT_FOUND */
  follow(id: string): AsyncGenerator<JobEvent, void>;
  /** Every job (of one model, or of all) whose status changes from now on. */
  changes(model: string | undefined): AsyncGenerator<Job, void>;
  /** What the worker of a running job said last. */
  progress(job: Job): Promise<JobProgress | undefined>;
}

/** Followers look at the record this often, in milliseconds, should an event have been missed. */
const LOOK_AGAIN = 5_000;

/** Jobs whose last state somebody who hears of all of them has been told. */
const MOST_TOLD = 10_000;

/**
 * Turns what the queue tells (which may be dropped, doubled or late) into what followers are told (complete and in order):
 * an event only says that there may be something new; what it is, the record and the history say.
 */
export function jobFeed(rooms: JobRooms & GivingUpRooms, log: Log): JobFeed {
  const { records, queue } = rooms;
  const rings = bell(LOOK_AGAIN);
  const newest = new Map<string, JobProgress>();
  // Thousands may follow one job, and a ring wakes them all.
  const find = sharedReading(records.find);
  const look = sharedReading(async (id) => {
    const job = await records.find(id);
    return job && { job, history: await records.history(job) };
  });

  async function* follow(id: string, ended: AbortSignal): AsyncGenerator<JobEvent, void> {
    const ear = rings.listen(ended, id);
    try {
      const first = await look(id);
      let job = first?.job ?? (await records.get(id));
      let epochs = first?.history.length ?? 0;
      let said = newest.get(id);
      yield { kind: 'STATUS', job };
      while (!hasEnded(job.state)) {
        if ((await ear.rung()) === undefined) return;
        const seen = await look(id);
        if (seen === undefined) continue;
        const before = job;
        const { history } = seen;
        job = seen.job;
        // Fewer than were told: the job starts over, and tells its epochs again.
        if (history.length < epochs || job.attempt !== before.attempt) epochs = 0;
        const isTakenOver = job.workersLost !== before.workersLost;
        if (isTakenOver) yield { kind: 'STATUS', job };
        for (const epoch of history.slice(epochs)) yield { kind: 'EPOCH', job, epoch };
        epochs = history.length;
        if (hasEnded(job.state)) break;
        const progress = newest.get(id);
        if (progress?.step !== undefined && progress !== said) yield { kind: 'STEP', job, progress };
        else if (!isTakenOver && (progress !== said || job.state.status !== before.state.status))
          yield { kind: 'STATUS', job };
        said = progress;
      }
      if (job.state.status === 'SUCCEEDED' && job.state.result.kind === 'VERSION') yield { kind: 'VERSION', job };
      yield { kind: 'STATUS', job };
    } finally {
      ear.close();
    }
  }

  async function* changes(model: string | undefined, ended: AbortSignal): AsyncGenerator<Job, void> {
    const ear = rings.listen(ended);
    const told = new Map<string, string>();
    const tell = (job: Job): void => {
      told.delete(job.id);
      told.set(job.id, stateOf(job));
      const [longestAgo] = told.keys();
      if (told.size > MOST_TOLD && longestAgo !== undefined) told.delete(longestAgo);
    };
    try {
      const newest = (await records.ids()).at(-1) ?? '';
      // One that waits may have come just now, and is then still to be told.
      for (const job of await openJobs(records)) if (job.state.status === 'RUNNING') tell(job);
      for (let rung = await ear.rung(); rung !== undefined; rung = await ear.rung()) {
        const ids =
          rung === 'all'
            ? (await records.outlines())
                .filter((job) => !hasEnded(job) || told.has(job.id) || job.id > newest)
                .map(({ id }) => id)
            : rung;
        for (const id of ids) {
          if (ended.aborted) return;
          const job = await unlessDamaged(find(id));
          if (job === undefined || told.get(id) === stateOf(job)) continue;
          tell(job);
          if (model === undefined || job.order.model === model) yield job;
        }
      }
    } finally {
      ear.close();
    }
  }

  return {
    heard(event) {
      if (event.kind === 'gap') {
        reconcile(rooms).catch((error) =>
          log.warn('jobs could not be compared with the queue', { why: messageOf(error) }),
        );
        return rings.ring(undefined);
      }
      if (event.kind === 'progress') {
        if (isProgress(event.progress)) newest.set(event.jobId, event.progress);
        return rings.ring(event.jobId);
      }
      newest.delete(event.jobId);
      const settled = event.kind === 'lost' ? giveUp(event, rooms) : Promise.resolve();
      settled.then(
        () => rings.ring(event.jobId),
        (error) => log.error('a lost job could not be ended', { job: event.jobId }, error),
      );
    },

    follow: (id) => endable((ended) => follow(id, ended)),
    changes: (model) => endable((ended) => changes(model, ended)),

    async progress(job) {
      if (job.state.status !== 'RUNNING') return undefined;
      const known = newest.get(job.id);
      if (known) return known;
      const reported = await queue.progress(deliveryOf(job)).catch(() => undefined);
      return isProgress(reported) ? reported : undefined;
    },
  };
}

const stateOf = ({ attempt, state }: Job): string => `${attempt} ${state.status}`;

/** What came through the queue was written by a worker, maybe of another release. */
const isProgress = (value: unknown): value is JobProgress =>
  typeof value === 'object' &&
  value !== null &&
  'phase' in value &&
  'progress' in value &&
  typeof value.progress === 'number';
