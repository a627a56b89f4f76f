import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { QueueEvents as BullEvents, type IQueueBackend, type QueueEventsListener, QueueEventsProducer } from 'bullmq';
import type { QueueConfig } from '../config.js';
import { messageOf } from '../errors.js';
import { aside, complaints, type OnError } from './complaint.js';
import { type Delivery, parseDeliveryId } from './delivery.js';
import { goodbye } from './goodbye.js';
import { type Link, openLink } from './link.js';
import { keyPrefix, queueName } from './names.js';
import { isReported } from './progress.js';
import { callLimit, until } from './unavailable.js';

export type QueueEvent =
  /** What the worker reported, any JSON value. */
  | ({ readonly kind: 'progress'; readonly progress: unknown } & Delivery)
  /** It was added, taken, handed back, finished, withdrawn, or its worker died: look at the record. */
  | ({ readonly kind: 'changed' } & Delivery)
  /** Given up: its workers died, or threw, too often. */
  | ({ readonly kind: 'lost' } & Delivery)
  /** The queue was away, and events may have been missed: look at every open record. */
  | { readonly kind: 'gap' };

export interface QueueEvents {
  close(): Promise<void>;
}

/** About how many events the queue keeps for those who were away for a moment. */
export const eventsKept = 10_000;

interface Listener extends QueueEventsListener {
  withdrawn: (args: { jobId: string }, id: string) => void;
  hello: (args: { from: string }, id: string) => void;
}

/**
 * Hears every event of every job. Resolves once events flow, or after 2 s where the queue is away: then a `gap` is told
 * when they do.
 */
export async function listen(
  config: QueueConfig,
  onEvent: (event: QueueEvent) => void,
  onError: OnError,
): Promise<QueueEvents> {
  const complain = complaints(onError);
  const link = openLink(config, 'listener', complain);
  const closing = new AbortController();
  let late = false;
  let heard = (): void => {};
  const flowing = new Promise<void>((resolve) => {
    heard = resolve;
  });

  const tell = (event: QueueEvent): void => {
    if (closing.signal.aborted) return;
    try {
      onEvent(event);
    } catch (error) {
      complain(`queue: a listener failed: ${messageOf(error)}`);
    }
  };

  const listening = listenOn(link, tell, complain, closing.signal, () => {
    if (late) tell({ kind: 'gap' });
    late = true;
    heard();
  });
  link.onReturn(() => tell({ kind: 'gap' }));

  await until(AbortSignal.timeout(callLimit), flowing).catch(() => {
    late = true;
  });
  return {
    async close() {
      closing.abort();
      await goodbye(link, () => listening, callLimit);
    },
  };
}

/** Listens until closed, starting over should BullMQ give up. */
async function listenOn(
  link: Link,
  tell: (event: QueueEvent) => void,
  complain: OnError,
  closing: AbortSignal,
  flowing: () => void,
): Promise<void> {
  while (!closing.aborted) {
    try {
      await until(closing, link.reach());
      await listenOnce(link, tell, complain, closing, flowing);
    } catch (error) {
      if (closing.aborted) return;
      aside(complain, 'events')(error);
      await delay(500, undefined, { signal: closing }).catch(() => {});
    }
  }
}

async function listenOnce(
  link: Link,
  tell: (event: QueueEvent) => void,
  complain: OnError,
  closing: AbortSignal,
  flowing: () => void,
): Promise<void> {
  const options = { connection: {}, prefix: keyPrefix };
  const events = new BullEvents<unknown, IQueueBackend>(
    queueName,
    { ...options, autorun: false, blockingTimeout: 5_000 },
    link.backend,
  );
  const producer = new QueueEventsProducer<IQueueBackend>(queueName, options, link.backend);
  const self = randomUUID();
  let greeted = false;

  const about = (jobId: string, event: (delivery: Delivery) => QueueEvent): void => {
    const delivery = parseDeliveryId(jobId);
    if (delivery) tell(event(delivery));
  };
  const changed = ({ jobId }: { jobId: string }): void =>
    about(jobId, (delivery) => ({ kind: 'changed', ...delivery }));

  events.on('error', aside(complain, 'events'));
  producer.on('error', aside(complain, 'events'));
  for (const name of ['waiting', 'active', 'delayed', 'stalled', 'completed'] as const) events.on(name, changed);
  events.on<Listener>('withdrawn', changed);
  events.on('failed', ({ jobId }) => about(jobId, (delivery) => ({ kind: 'lost', ...delivery })));
  events.on('progress', ({ jobId, data }) =>
    about(jobId, (delivery) => ({ kind: 'progress', ...delivery, progress: isReported(data) ? data.reported : data })),
  );
  events.on<Listener>('hello', ({ from }: { from: string }) => {
    if (from !== self || greeted) return;
    greeted = true;
    flowing();
  });

  // BullMQ reads "from now on" until it has seen a first event, and loses what comes between two reads. So the first
  // event is one of our own: once it came round, nothing is missed.
  const greet = async (): Promise<void> => {
    while (!greeted && !closing.aborted) {
      await producer.publishEvent({ eventName: 'hello', from: self }, eventsKept);
      await delay(50);
    }
  };

  try {
    const running = events.run();
    await until(closing, Promise.all([running, greet()]));
  } finally {
    await Promise.allSettled([events.close(), producer.close()]);
  }
}
