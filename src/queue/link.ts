import type { BackendFactory } from 'bullmq';
import type { QueueConfig } from '../config.js';
import type { OnError } from './complaint.js';
import { embeddedLink } from './embedded/link.js';
import { redisLink } from './redis.js';

/**
 * A way to the queue, whichever kind it is. An `asker` fails when the queue is away: somebody waits for the answer. A
 * `worker` waits until it is back. So does a `listener`, which only reads, and so may ask again what it asked before.
 */
export interface Link {
  /** What BullMQ works through. */
  readonly backend: BackendFactory;
  /** Resolves once the queue answers; for as long as it is away, waits, however long: the caller sets the limit. */
  reach(): Promise<void>;
  /**
   * Resolves once a Redis has shown that it takes what is written: one that is full, or follows another, answers and takes nothing.
   * The embedded queue is not asked.
   */
  tryWriting(): Promise<void>;
  /** Calls back each time the queue is reached again after it was away. */
  onReturn(listener: () => void): void;
  /** Lets go of every connection; whatever still waits fails. */
  close(): Promise<void>;
}

export type Manner = 'asker' | 'worker' | 'listener';

/** The one place that knows the two kinds of queue apart. Connects by itself, and again whenever the queue was away. */
export const openLink = (config: QueueConfig, manner: Manner, onError: OnError): Link =>
  config.kind === 'redis' ? redisLink(config.url, manner, onError) : embeddedLink(config.folder, manner, onError);
