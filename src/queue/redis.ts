import { createRedisBackend } from 'bullmq';
import { Redis, type RedisOptions } from 'ioredis';
import { hidePassword } from '../config.js';
import type { OnError } from './complaint.js';
import type { Link, Manner } from './link.js';
import { keyPrefix } from './names.js';
import { callLimit, stopIfTooLate } from './unavailable.js';

/**
 * Nothing is kept to be sent later: what fails was not queued behind the caller's back. A connection that swallows what it is given,
 * as behind a firewall that has forgotten it, is given up for a new one.
 */
const impatient: RedisOptions = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  commandTimeout: callLimit,
  // Only while an answer is due: a connection on which nothing is asked stays as long as it likes.
  socketTimeout: 5_000,
};

/** Blocking reads are answered every 5 s, if only with nothing: a longer silence is a dead connection. */
const patient: RedisOptions = { enableOfflineQueue: true, maxRetriesPerRequest: null, socketTimeout: 12_000 };

/** How long the other side may take to close a connection, in milliseconds: one that stands still never does. */
const disconnectTimeout = 300;

/** A link to a Redis server: redis://[user:password@]host[:port][/db], or rediss:// for TLS. */
export function redisLink(url: string, manner: Manner, onError: OnError): Link {
  const name = `Redis at ${hidePassword(url)}`;
  const redis = new Redis(url, {
    ...(manner === 'asker' ? impatient : patient),
    connectTimeout: 5_000,
    disconnectTimeout,
    keepAlive: 5_000,
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 10), 500),
  });
  const disconnectAll = endTogether(redis);
  const returned: (() => void)[] = [];
  let waiting: (() => void)[] = [];
  let wasReady = false;
  const wake = (): void => {
    for (const resolve of waiting.splice(0)) resolve();
  };

  redis.on('error', (error) => onError(`${name} cannot be reached: ${error.message || 'no answer'}`));
  redis.on('ready', () => {
    if (wasReady) for (const listener of returned) listener();
    wasReady = true;
    wake();
  });
  redis.on('end', () => wake());

  return {
    // The version check would also warn about the eviction policy once a connection.
    backend: (queue, options, how) =>
      createRedisBackend(
        queue,
        { ...options, connection: redis, skipVersionCheck: true, skipWaitingForReady: manner === 'asker' },
        how,
      ),
    reach: async () => {
      if (redis.status !== 'ready' && redis.status !== 'end') {
        await new Promise<void>((resolve) => {
          waiting = [...waiting.slice(-1_000), resolve];
        });
      }
      stopIfTooLate();
      await redis.ping();
    },
    tryWriting: async () => {
      await redis.set(`${keyPrefix}:tried`, '1', 'EX', 60);
    },
    onReturn: (listener) => returned.push(listener),
    close: async () => disconnectAll(),
  };
}

/** @returns disconnects `redis` and what was made like it: BullMQ has connections of its own for what blocks */
function endTogether(redis: Redis): () => void {
  const all: Ending[] = [redis];
  const duplicate = redis.duplicate.bind(redis);
  redis.duplicate = (override) => {
    const twin = duplicate(override);
    all.push(endInEveryState(twin));
    return twin;
  };
  endInEveryState(redis);
  return () => {
    for (const each of all) each.disconnect();
  };
}

/**
 * ioredis, told to disconnect while it waits to connect again, only stops waiting: nobody hears that this was the end, which
 * BullMQ waits for when it closes, and no command that is kept for later fails.
 */
function endInEveryState<Connection extends Ending>(redis: Connection): Connection {
  const disconnect = redis.disconnect.bind(redis);
  redis.disconnect = (reconnect = false) => {
    // A connection that nobody asked to connect yet is ended in full.
    if (redis.status === 'reconnecting' && !reconnect) redis.status = 'wait';
    disconnect(reconnect);
  };
  return redis;
}

type Ending = Pick<Redis, 'status' | 'disconnect'>;
