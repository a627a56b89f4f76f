import { type Config, hidePassword } from '../config.js';
import { messageOf } from '../errors.js';
import type { Log } from '../log.js';
import { StartError } from '../processes/start-error.js';
import type { TrainingQueue } from './queue.js';
import { isTooOld, mayEvict, OLDEST_REDIS, redisSettings } from './redis-settings.js';

/**
 * Makes sure that the queue answers, and is one that keeps what it is given.
 * @throws StartError
 */
export async function reachQueue(queue: TrainingQueue, { queue: config }: Config, log: Log): Promise<void> {
  const isReached = await queue.ping().then(
    () => true,
    () => false,
  );
  if (config.kind === 'embedded') {
    if (isReached) return;
    throw new StartError('The embedded queue is not running: start everything with `npm start`, or set REDIS_URL.');
  }
  const place = `Redis at ${hidePassword(config.url)}`;
  const settings = await redisSettings(config.url).catch((error) => {
    // A server that answers need not let everybody ask for its settings.
    if (isReached) return undefined;
    throw new StartError(`${place} cannot be used (${messageOf(error)}): start it, or correct REDIS_URL.`);
  });
  if (settings === undefined) return;
  if (!isReached) throw new StartError(`${place} does not answer in time: look at it, or correct REDIS_URL.`);
  if (isTooOld(settings))
    throw new StartError(`${place} is version ${settings.version}: use ${OLDEST_REDIS} or newer.`);
  if (mayEvict(settings))
    log.warn('Redis may throw jobs away where its memory is full: set maxmemory-policy to noeviction', {
      policy: settings.evictionPolicy,
    });
}
