import { isNotConnectionError } from 'bullmq';
import { messageOf } from '../errors.js';

/** Where lines about trouble with the queue go: trouble that heals by itself, so nobody is thrown at. */
export type OnError = (message: string) => void;

const quietFor = 60_000;

/** Passes each message on once a minute: a queue that is away complains several times a second. */
export function complaints(onError: OnError): OnError {
  const last = new Map<string, number>();
  return (message) => {
    const now = Date.now();
    for (const [said, at] of last) if (now - at >= quietFor) last.delete(said);
    if (last.has(message)) return;
    last.set(message, now);
    onError(message);
  };
}

/** Complains of what is not just the queue being away: that is said once, by the link, for everybody who uses it. */
export const aside =
  (complain: OnError, who: string) =>
  (error: unknown): void => {
    if (error instanceof Error && isNotConnectionError(error) && !isTimeLimit(error))
      complain(`queue: ${who}: ${messageOf(error)}`);
  };

const isTimeLimit = (error: Error): boolean => error.name === 'TimeoutError';
