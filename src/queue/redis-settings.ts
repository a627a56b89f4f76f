import { Redis } from 'ioredis';

/** What of a Redis server's own settings matters to a queue. */
export interface RedisSettings {
  readonly version: string;
  /** Undefined where the server does not tell. */
  readonly evictionPolicy: string | undefined;
}

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
