import { AsyncLocalStorage } from 'node:async_hooks';
import { pino } from 'pino';
import type { LogLevel } from './config.js';
import { isPipe, openPipe } from './log-pipe.js';
import { loggedError } from './logged-error.js';

/** What a line of the log is about: the fact first, then its particulars. */
export type Particulars = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Log {
  debug(fact: string, particulars?: Particulars): void;
  info(fact: string, particulars?: Particulars): void;
  warn(fact: string, particulars?: Particulars): void;
  /** @param cause logged with its stack, which is never shown to a caller */
  error(fact: string, particulars?: Particulars, cause?: unknown): void;
}

const carried = new AsyncLocalStorage<Particulars>();

/** Does `work`: every line that is logged in its course carries these particulars too, whoever logs it. */
export const carrying = <T>(particulars: Particulars, work: () => T): T =>
  carried.run({ ...carried.getStore(), ...particulars }, work);

/** Characters that may wait to be written, as while the disk is full. */
const MOST_UNWRITTEN = 65_536;

/**
 * A log with a JSON line a fact on standard error; never a text's content.
 * @param process_ which process speaks: `api`, `worker`, `queue`
 */
export function openLog(process_: string, level: LogLevel): Log {
  const destination = isPipe(2) ? openPipe(tellLost) : openFile();
  const logger = pino(
    {
      level,
      base: { process: process_ },
      timestamp: pino.stdTimeFunctions.isoTime,
      mixin: () => ({ ...carried.getStore() }),
      serializers: { err: loggedError },
    },
    destination,
  );
  function tellLost(lines: number): void {
    logger.warn({ lines }, 'lines of the log were lost: nobody read them in time');
  }
  return {
    debug: (fact, particulars = {}) => logger.debug(particulars, fact),
    info: (fact, particulars = {}) => logger.info(particulars, fact),
    warn: (fact, particulars = {}) => logger.warn(particulars, fact),
    error: (fact, particulars = {}, cause = undefined) => logger.error({ ...particulars, err: cause }, fact),
  };
}

/** Standard error that is a file or a terminal. */
function openFile() {
  const destination = pino.destination({ fd: 2, sync: true, maxLength: MOST_UNWRITTEN });
  // A disk that is full is no reason to end: the lines of that time are lost.
  destination.on('error', () => {});
  return destination;
}
