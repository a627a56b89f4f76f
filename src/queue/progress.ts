import { messageOf } from '../errors.js';
import type { OnError } from './complaint.js';

/** How progress travels: in an envelope, so that any JSON value can be told from none. */
export interface Reported {
  readonly reported: unknown;
}

export const isReported = (progress: unknown): progress is Reported =>
  typeof progress === 'object' && progress !== null && 'reported' in progress;

export interface Reporter {
  /** Takes any JSON value; never throws, never waits. Of values that come too fast only the newest is sent. */
  report(progress: unknown): void;
  /** Sends at once what was reported last, if it was not sent yet. */
  flush(): Promise<void>;
}

/**
 * Reports at most once an interval; the newest value is kept until it was sent.
 * @param interval milliseconds between two sends
 */
export function throttledReporter(
  send: (progress: Reported) => Promise<void>,
  onError: OnError,
  interval = 200,
): Reporter {
  let newest: Reported | undefined;
  let sending: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let over = false;

  const sendNewest = async (): Promise<void> => {
    const progress = newest;
    newest = undefined;
    if (progress === undefined) return;
    try {
      await send(progress);
    } catch (error) {
      newest ??= progress;
      onError(`queue: progress could not be reported: ${messageOf(error)}`);
    }
  };

  const start = (): void => {
    if (timer !== undefined || sending !== undefined || over) return;
    sending = sendNewest().finally(() => {
      sending = undefined;
      if (over) return;
      timer = setTimeout(() => {
        timer = undefined;
        if (newest !== undefined) start();
      }, interval);
    });
  };

  return {
    report(progress) {
      try {
        const json = JSON.stringify(progress);
        newest = { reported: json === undefined ? null : JSON.parse(json) };
      } catch (error) {
        onError(`queue: progress is not JSON: ${messageOf(error)}`);
        return;
      }
      start();
    },
    async flush() {
      over = true;
      clearTimeout(timer);
      await sending;
      await sendNewest();
    },
  };
}
