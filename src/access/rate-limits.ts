import { Redis } from 'ioredis';
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { QueueConfig } from '../config.js';
import { ManyheadError } from '../errors.js';
import type { Log } from '../log.js';
import type { Caller } from './access.js';

/** What is counted, a minute: of a key, or of an address where no key is needed; `address` of an address, whatever its keys. */
export type Counted = 'requests' | 'texts' | 'address' | 'failures';

/** How many a minute; 0: as many as one likes. `requests` and `texts` undefined: GENEROUS for keys, any number without. */
export interface RateSettings {
  readonly requests: number | undefined;
  readonly texts: number | undefined;
  readonly address: number;
  readonly failures: number;
}

/** Some times what one machine can do: it stops a loop that has run wild, not a busy application. */
const GENEROUS = { requests: 60_000, texts: 600_000 } as const;

/** What is left of a limit. */
export interface Allowance {
  readonly counted: Counted;
  readonly limit: number;
  readonly left: number;
  /** Seconds until the minute is over. */
  readonly reset: number;
  readonly exceeded: boolean;
}

export interface RateLimits {
  /** Counts; undefined where nothing limits this. Never fails. */
  spend(counted: Counted, spender: Spender, amount: number): Promise<Allowance | undefined>;
  /** How much of it there may be in a minute; undefined where nothing limits it, and `spend` would not count it. */
  limitOf(counted: Counted, caller: Caller | undefined): number | undefined;
  close(): void;
}

/** Who is counted. */
export interface Spender {
  readonly caller: Caller | undefined;
  /** As `clientAddress` gives it. */
  readonly address: string;
}

/** Too much in a minute. */
export class RateLimited extends ManyheadError {
  constructor(readonly allowance: Allowance) {
    const { counted, limit, reset } = allowance;
    super('RATE_LIMITED', `${messages[counted]} at most ${limit} a minute: try again in ${reset} s.`);
  }
}

const messages: Readonly<Record<Counted, string>> = {
  requests: 'There may be requests,',
  texts: 'There may be texts,',
  address: 'There may be requests from one address,',
  failures: 'There may be keys that open nothing, from one address,',
};

const WINDOW = 60;

/** How long Redis may take for a count, in milliseconds: then it is counted here. */
const PATIENCE = 150;

/** How long Redis may say nothing at all, in milliseconds: more than this process may be too busy to listen. */
const SILENCE = 2_000;

/** Counts in Redis, for all processes together, or in this process where there is none, or while it is away. */
export function openRateLimits(settings: RateSettings, queue: QueueConfig, log: Log): RateLimits {
  const redis = queue.kind === 'redis' ? countingRedis(queue.url, log) : undefined;
  const limiter = (counted: Counted, points: number): RateLimiterAbstract => {
    const options = { keyPrefix: `manyhead:limit:${counted}`, points, duration: WINDOW };
    const memory = new RateLimiterMemory(options);
    return redis === undefined
      ? memory
      : new RateLimiterRedis({ ...options, storeClient: redis, rejectIfRedisNotReady: true, insuranceLimiter: memory });
  };
  const limiters = {
    requests: limiter('requests', settings.requests || GENEROUS.requests),
    texts: limiter('texts', settings.texts || GENEROUS.texts),
    address: limiter('address', settings.address),
    failures: limiter('failures', settings.failures),
  };

  const limitOf = (counted: Counted, caller: Caller | undefined): number | undefined => {
    const setting = settings[counted];
    const isLimited = setting === undefined ? caller?.key !== undefined : setting > 0;
    return isLimited ? limiters[counted].points : undefined;
  };

  return {
    limitOf,
    async spend(counted, spender, amount) {
      const { caller, address } = spender;
      const limit = limitOf(counted, caller);
      if (amount === 0 || limit === undefined) return undefined;
      const isOfKey = caller?.key !== undefined && counted !== 'address' && counted !== 'failures';
      const subject = isOfKey ? `key:${caller.key}` : `address:${address}`;
      const told = (result: RateLimiterRes, exceeded: boolean): Allowance => ({
        counted,
        limit,
        left: result.remainingPoints,
        reset: Math.max(1, Math.ceil(result.msBeforeNext / 1000)),
        exceeded,
      });
      try {
        return told(await limiters[counted].consume(subject, amount), false);
      } catch (result) {
        if (result instanceof RateLimiterRes) return told(result, true);
        log.warn('a limit cannot be counted', { counted });
        return undefined;
      }
    },
    close: () => redis?.disconnect(),
  };
}

function countingRedis(url: string, log: Log): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: PATIENCE,
    // A connection that stands still is taken for none, so that not every request waits for it.
    socketTimeout: SILENCE,
    retryStrategy: (times) => Math.min(100 * times, 1_000),
  });
  let isAway = false;
  redis.on('error', () => {
    if (!isAway) log.warn('Redis does not answer: limits are counted by each process alone');
    isAway = true;
  });
  redis.on('ready', () => {
    isAway = false;
  });
  return redis;
}
