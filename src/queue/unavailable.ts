import { AsyncLocalStorage } from 'node:async_hooks';
import { ManyheadError } from '../errors.js';

/** The longest that any call to the queue takes, in milliseconds. */
export const callLimit = 1_800;

const limits = new AsyncLocalStorage<AbortSignal>();

/** Calls whose work is going on, also those that nobody waits for any more. */
let underway = 0;

/** Does `work`, which fails after 1.8 s at the latest, and from then on sends nothing more to the queue. */
export function withinCallLimit<T>(work: () => Promise<T>): Promise<T> {
  const limit = AbortSignal.timeout(callLimit);
  underway += 1;
  const working = limits.run(limit, work).finally(() => {
    underway -= 1;
    // While it is enabled Node follows every promise of the process, also those of requests that ask the queue nothing.
    if (underway === 0) limits.disable();
  });
  return until(limit, working);
}

/** Throws where whoever asked has been told no in the meantime: what they wanted must not be done any more. */
export function stopIfTooLate(): void {
  if (limits.getStore()?.aborted) throw new Error('nobody waits for the answer any more');
}

/** What a caller is told when the queue is away; why is for the log (and `cause`), not for the caller. */
export function unavailable(cause: unknown): ManyheadError {
  const error = new ManyheadError('QUEUE_UNAVAILABLE', 'The job queue cannot be reached right now: try again shortly.');
  error.cause = cause;
  return error;
}

/**
 * Waits for `work`, but not beyond `signal`.
 * @throws what `work` throws, or the signal's reason
 */
export async function until<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let stop = (): void => {};
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  // Whichever loses the race may still fail later, and nobody will be listening.
  work.catch(() => {});
  try {
    return await Promise.race([work, stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
