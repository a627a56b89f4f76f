/** Where nobody says how long to wait, in milliseconds: twice as long each time. */
const FIRST_WAIT = 250;
const LONGEST_WAIT = 5_000;

/** How often is tried again to reach a server that was there before: two minutes in all. */
export const RECONNECTIONS = 30;

/**
 * How long to wait, in milliseconds; not the same for everybody, so that those who were turned away together do not come back together.
 * @param attempt from 0
 * @param least what the other side asked for
 */
export const waitFor = (attempt: number, least = Math.min(FIRST_WAIT * 2 ** attempt, LONGEST_WAIT)): number =>
  least * (1 + Math.random() / 4);

/** Resolves after so many milliseconds; rejects with the signal's reason where that comes first. */
export const pause = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const late = setTimeout(() => {
      signal?.removeEventListener('abort', give);
      resolve();
    }, milliseconds);
    const give = () => {
      clearTimeout(late);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', give, { once: true });
  });
