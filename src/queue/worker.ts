import { setTimeout as delay } from 'node:timers/promises';
import { type IQueueBackend, type Job, WaitingError, Worker } from 'bullmq';
import type { QueueConfig } from '../config.js';
import { messageOf } from '../errors.js';
import { carrying } from '../log.js';
import { aside, complaints, type OnError } from './complaint.js';
import { type Delivery, parseDeliveryId } from './delivery.js';
import { goodbye } from './goodbye.js';
import { type Lease, leases, usualLease } from './lease.js';
import { openLink } from './link.js';
import { keyPrefix, queueName } from './names.js';
import { throttledReporter } from './progress.js';
import { mostLosses } from './queue.js';
import { callLimit, until } from './unavailable.js';

/** `done`: the delivery is over, however it ended. `hand back`: another worker is to go on with it, at once. */
export type Outcome = 'done' | 'hand back';

export interface RunTools {
  /** Tells every listener; any JSON value, as often as you like. */
  report(progress: unknown): void;
  /** Aborted when the worker closes, or no longer has the delivery to itself: return soon, whatever you return. */
  readonly signal: AbortSignal;
}

/** Works on a delivery. It may have been worked on before, by a worker that died in the middle. */
export type Run = (delivery: Delivery, tools: RunTools) => Promise<Outcome>;

export interface WorkerTiming {
  /** A worker that was not heard of for so long has lost its delivery, in milliseconds. */
  readonly lock: number;
  /** How often dead workers are looked for, in milliseconds. */
  readonly stalledCheck: number;
  /** How long `close` waits for runs to return, in milliseconds. */
  readonly closing: number;
}

const usualTiming: WorkerTiming = { lock: usualLease, stalledCheck: 2_500, closing: 8_500 };

/** How long a worker waits before it gives back what it could not do, in milliseconds. */
const retryAfter = 1_000;

export interface TrainingWorker {
  /** Takes no more, aborts what runs, waits for it to return (not for ever), lets go of every connection. */
  close(): Promise<void>;
}

/** Takes deliveries, `concurrency` at once, for as long as it is open; waits while the queue is away. */
export function openWorker(
  config: QueueConfig,
  { concurrency, run, onError, timing = usualTiming }: WorkerOptions,
): TrainingWorker {
  const complain = complaints(onError);
  const link = openLink(config, 'worker', complain);
  const held = leases(timing.lock);
  let worker: TrainingBullWorker | undefined;
  let closing = false;

  const opening = link.reach().then(() => {
    if (closing) return;
    worker = new Worker(
      queueName,
      (job, token) => work(job, token ?? ''),
      {
        connection: {},
        prefix: keyPrefix,
        concurrency,
        lockDuration: timing.lock,
        lockRenewTime: timing.lock / 4,
        stalledInterval: timing.stalledCheck,
        maxStalledCount: mostLosses - 1,
        drainDelay: 5,
        runRetryDelay: 500,
      },
      link.backend,
    );
    worker.on('locksRenewed', ({ jobIds }) => held.renewed(jobIds));
    worker.on('lockRenewalFailed', (jobIds) => held.lost(jobIds));
    worker.on('error', aside(complainAboutNamed, 'worker'));
  });
  opening.catch(aside(complain, 'worker'));

  const complainAbout = (delivery: Delivery, message: string): void =>
    carrying({ job: delivery.jobId }, () => complain(message));
  /** BullMQ names the delivery in the message, where it complains of one. */
  const complainAboutNamed = (message: string): void => {
    const delivery = parseDeliveryId(message.match(/ for job (\S+?)(?:\.? |\.?$)/)?.[1] ?? '');
    if (delivery) complainAbout(delivery, message);
    else complain(message);
  };

  async function work(job: Job, token: string): Promise<void> {
    const id = job.id ?? '';
    const delivery = parseDeliveryId(id);
    if (delivery === undefined) return complain(`queue: ${JSON.stringify(id)} is not a delivery, and was dropped`);
    if (closing) return handBack(job, token);
    const lease = held.take(id);
    try {
      const outcome = await runOnce(job, delivery, lease);
      if (outcome === 'hand back' || lease.isLost()) await handBack(job, token);
    } finally {
      lease.end();
    }
  }

  async function runOnce(job: Job, delivery: Delivery, lease: Lease): Promise<Outcome> {
    const complainOfIt = (message: string): void => complainAbout(delivery, message);
    const reporter = throttledReporter((progress) => job.updateProgress(progress), complainOfIt);
    try {
      return await run(delivery, { report: reporter.report, signal: lease.signal });
    } catch (error) {
      complainOfIt(`queue: the run of ${job.id} threw, and will be tried again: ${messageOf(error)}`);
      // Here and not in the queue, which would tell the time to try it again by the clock of this machine.
      await delay(retryAfter, undefined, { signal: lease.signal }).catch(() => {});
      throw error;
    } finally {
      if (!lease.isLost()) await until(AbortSignal.timeout(callLimit), reporter.flush()).catch(() => {});
    }
  }

  return {
    async close() {
      if (closing) return;
      closing = true;
      held.abortAll();
      await goodbye(link, () => opening.then(() => worker?.close()), timing.closing);
    },
  };
}

export interface WorkerOptions {
  readonly concurrency: number;
  readonly run: Run;
  readonly onError: OnError;
  readonly timing?: WorkerTiming;
}

type TrainingBullWorker = Worker<unknown, void, string, IQueueBackend>;

/** Puts a delivery back in line. Where that is not possible (it was taken away) it is left as it is. */
async function handBack(job: Job, token: string): Promise<never> {
  await job.moveToWait(token).catch(() => {});
  throw new WaitingError('handed back');
}
