import { hidePassword, type QueueConfig } from '../../config.js';
import { messageOf } from '../../errors.js';
import { openQueue } from '../../queue/queue.js';
import { isTooOld, mayEvict, OLDEST_REDIS, redisSettings } from '../../queue/redis-settings.js';
import { type Finding, failed, ok, warning } from './check.js';

/** The queue: that it answers, and, where it is a Redis server, that it is set as a queue needs it. */
export const checkQueue = (config: QueueConfig): Promise<Finding> =>
  config.kind === 'redis' ? checkRedis(config.url) : checkEmbedded(config);

async function checkRedis(url: string): Promise<Finding> {
  const place = `Redis at ${hidePassword(url)}`;
  try {
    const settings = await redisSettings(url);
    const { version, evictionPolicy } = settings;
    const found = `${place}, version ${version}`;
    if (isTooOld(settings)) return failed('queue', found, `Use Redis ${OLDEST_REDIS} or newer.`);
    if (mayEvict(settings))
      return warning(
        'queue',
        `${found}, may throw jobs away (maxmemory-policy ${evictionPolicy})`,
        'Set maxmemory-policy to noeviction.',
      );
    return ok('queue', found);
  } catch (error) {
    return failed('queue', `${place} does not let us in: ${messageOf(error)}`, 'Start it, or correct REDIS_URL.');
  }
}

/** An embedded queue that does not run is started with the server. */
async function checkEmbedded(config: Extract<QueueConfig, { kind: 'embedded' }>): Promise<Finding> {
  const queue = openQueue(config, () => {});
  try {
    await queue.ping();
    return ok('queue', `embedded, runs in ${config.folder}`);
  } catch {
    return ok('queue', 'embedded, does not run now: `manyhead serve` starts it');
  } finally {
    await queue.close();
  }
}
