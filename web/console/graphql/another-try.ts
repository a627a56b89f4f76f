import { pauseBefore } from './connection';

/**
 * Waits until it is worth asking a server again that could not be reached: for a pause that grows with the tries, and no longer
 * than until the browser is online again, or somebody looks at the page again.
 * @returns waits no more
 */
export function beforeAnotherTry(tries: number, again: () => void): () => void {
  const waiting = new AbortController();
  const { signal } = waiting;
  const tryNow = () => {
    if (signal.aborted) return;
    waiting.abort();
    again();
  };
  addEventListener('online', tryNow, { signal });
  document.addEventListener('visibilitychange', () => document.hidden || tryNow(), { signal });
  void pauseBefore(tries).then(tryNow);
  return () => waiting.abort();
}
