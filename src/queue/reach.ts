import { type Config, hidePassword } from '../config.js';
import { messageOf } from '../errors.js';
import type { Log } from '../log.js';
import { StartError } from '../processes/start-error.js';
import type { TrainingQueue } from './queue.js';
import { isRefusal, isTooOld, mayEvict, OLDEST_REDIS, redisSettings } from './redis-settings.js';

/**
 * Makes sure that the queue answers, and is one that keeps what it is given. One that takes nothing right now is only warned of: what
 * needs no job is answered all the same.
 * @throws StartError
 */
export async function reachQueue(queue: TrainingQueue, { queue: config }: Config, log: Log): Promise<void> {
  const trouble: unknown = await queue.ping().then(
    () => undefined,
    (error) => error.cause ?? error,
  );
  if (config.kind === 'embedded') {
    if (trouble === undefined) return;
    throw new StartError('The embedded queue is not running: start everything with `npm start`, or set REDIS_URL.');
  }
  const place = `Redis at ${hidePassword(config.url)}`;
  const settings = await redisSettings(config.url).catch((error) => {
    // A server that answers need not let everybody ask for its settings.
    if (trouble === undefined) return undefined;
    throw new StartError(`${place} cannot be used (${messageOf(error)}): start it, or correct REDIS_URL.`);
  });
  if (settings === undefined) return;
  if (trouble !== undefined && !isRefusal(trouble))
    throw new StartError(`${place} does not answer in time (${messageOf(trouble)}): look at it, or correct REDIS_URL.`);
  if (isTooOld(settings))
    throw new StartError(`${place} is version ${settings.version}: use ${OLDEST_REDIS} or newer.`);
  if (mayEvict(settings))
    log.warn('Redis may throw jobs away where its memory is full: set maxmemory-policy to noeviction', {
      policy: settings.evictionPolicy,
    });
  if (trouble !== undefined)
    log.warn('Redis takes no jobs, so that nothing is trained: look at its memory, and whether it follows another', {
      why: messageOf(trouble),
    });
}
