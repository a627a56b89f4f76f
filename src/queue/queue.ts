import { type IQueueBackend, Queue } from 'bullmq';
import type { QueueConfig } from '../config.js';
import { aside, complaints, type OnError } from './complaint.js';
import { type Delivery, deliveryId } from './delivery.js';
import { eventsKept } from './events.js';
import { goodbye } from './goodbye.js';
import { openLink } from './link.js';
import { keyPrefix, queueName } from './names.js';
import { isReported } from './progress.js';
import { callLimit, stopIfTooLate, unavailable, withinCallLimit } from './unavailable.js';

/** The queue as those see it who ask for work. Every call fails within 2 s with QUEUE_UNAVAILABLE when it is away. */
export interface TrainingQueue {
  /**
   * Delivers to one worker. Adding a delivery that the queue still holds changes nothing. One that failed is not sent
   * later; only where the queue went away between doing it and saying so may it have been added: `holds` tells.
   */
  add(delivery: Delivery): Promise<void>;
  /** True where it was still waiting and now is gone; false where it is being worked on, or not there. */
  remove(delivery: Delivery): Promise<boolean>;
  /** Waiting or being worked on. What has a record and is not held was lost, and may be added again. */
  holds(delivery: Delivery): Promise<boolean>;
  /** What its worker reported last; undefined where nothing was, or the delivery is not held. */
  progress(delivery: Delivery): Promise<unknown>;
  /** How many deliveries wait, are worked on, and wait to be tried again. */
  depth(): Promise<QueueDepth>;
  /** Resolves when the queue answers, and on Redis has taken something that was written. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export type QueueDepth = Readonly<Record<'waiting' | 'active' | 'delayed', number>>;

/** Losses (a worker that died, a run that threw) after which a delivery is given up. */
export const mostLosses = 3;

/** Opens the queue for asking; succeeds at once, also while the queue is away. */
export function openQueue(config: QueueConfig, onError: OnError): TrainingQueue {
  const complain = complaints(onError);
  const link = openLink(config, 'asker', complain);
  const queue = new Queue<unknown, unknown, string, unknown, unknown, string, IQueueBackend>(
    queueName,
    { connection: {}, prefix: keyPrefix, skipMetasUpdate: true },
    link.backend,
  );
  queue.on('error', aside(complain, 'asking'));

  const ask = async <T>(question: () => Promise<T>): Promise<T> => {
    try {
      return await withinCallLimit(async () => {
        await link.reach();
        stopIfTooLate();
        return question();
      });
    } catch (error) {
      aside(complain, 'asking')(error);
      throw unavailable(error);
    }
  };

  const isHeld = async (jobId: string): Promise<boolean> => {
    const state = await queue.getJobState(jobId);
    return state === 'waiting' || state === 'active' || state === 'delayed';
  };

  return {
    add: (delivery) =>
      ask(async () => {
        const jobId = deliveryId(delivery);
        // What a Redis that lost some of its data still has of it, in no list that a worker takes from, would be in its way.
        if ((await queue.getJob(jobId)) !== undefined && !(await isHeld(jobId))) await queue.remove(jobId);
        stopIfTooLate();
        await queue.add(
          'train',
          {},
          {
            jobId,
            attempts: mostLosses,
            removeOnComplete: true,
            removeOnFail: true,
          },
        );
      }),
    remove: (delivery) =>
      ask(async () => {
        const jobId = deliveryId(delivery);
        if ((await queue.getJob(jobId)) === undefined || (await queue.remove(jobId)) !== 1) return false;
        // Only one of the two kinds of queue tells by itself that something was removed.
        await queue.getBackend().publishEvent({ event: 'withdrawn', jobId }, eventsKept);
        return true;
      }),
    holds: (delivery) => ask(() => isHeld(deliveryId(delivery))),
    progress: (delivery) =>
      ask(async () => {
        const progress = (await queue.getJob(deliveryId(delivery)))?.progress;
        return isReported(progress) ? progress.reported : undefined;
      }),
    depth: () =>
      ask(async () => {
        const { waiting = 0, active = 0, delayed = 0 } = await queue.getJobCounts('waiting', 'active', 'delayed');
        return { waiting, active, delayed };
      }),
    ping: () => ask(() => link.tryWriting()),
    close: () => goodbye(link, () => queue.close(), callLimit),
  };
}
