import { Redis, ReplyError } from 'ioredis';

/** What of a Redis server's own settings matters to a queue. */
export interface RedisSettings {
  readonly version: string;
  /** Undefined where the server does not tell. */
  readonly evictionPolicy: string | undefined;
}

/** The oldest Redis that has every command the queue sends. */
export const OLDEST_REDIS = '6.2.0';

export function isTooOld({ version }: RedisSettings): boolean {
  const [major, minor] = version.split('.').map(Number);
  return major < 6 || (major === 6 && minor < 2);
}

/** Whether it may throw jobs away where its memory is full. */
export const mayEvict = ({ evictionPolicy = 'noeviction' }: RedisSettings): boolean => evictionPolicy !== 'noeviction';

/** Whether the server has answered, and would not: its memory is full, it follows another, or this user may not. */
export const isRefusal = (error: unknown): boolean => error instanceof ReplyError;

/** How long the server may take to let us in, in milliseconds. */
const CONNECTING = 3_000;

/** Asks a Redis server for its settings. @throws Error where it cannot be reached, or lets nobody in */
export async function redisSettings(url: string): Promise<RedisSettings> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECTING,
    commandTimeout: CONNECTING,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let reason: Error | undefined;
  redis.on('error', (error) => {
    reason = error;
  });
  try {
    await redis.connect();
    const text = await redis.info();
    const read = (field: string) => text.match(new RegExp(`^${field}:(.*?)\\r?$`, 'm'))?.[1];
    return { version: read('redis_version') ?? 'unknown', evictionPolicy: read('maxmemory_policy') };
  } catch (error) {
    throw reason ?? error;
  } finally {
    redis.disconnect();
  }
}
