import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../errors.js';
import { type ReadyChild, type StartOptions, startChild } from './child.js';

export interface Supervised {
  /** Where it listens, if it does. */
  readonly address: string | undefined;
  /**
   * Asks it to stop, waits, and kills it where it does not.
   * @param patience how long it may take, in milliseconds
   */
  stop(patience: number): Promise<void>;
}

/** A process that ended is started again after this long at first, in milliseconds, and twice as long each time. */
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 10_000;

/** A process that ran for so long starts over with the first pause, in milliseconds. */
const STEADY = 60_000;

/**
 * Starts a process and keeps it running: whenever it ends, it is started again.
 * @param say tells the person at the terminal
 * @throws StartError with what the process had to say where the first start fails
 */
export async function supervise(name: string, options: StartOptions, say: (line: string) => void): Promise<Supervised> {
  const stopping = new AbortController();
  let current: ReadyChild | undefined = await startChild(options);
  const { address } = current;

  const keepRunning = async (): Promise<void> => {
    let pause = FIRST_PAUSE;
    while (!stopping.signal.aborted) {
      const started = performance.now();
      if (current) {
        const how = await ended(current);
        current = undefined;
        if (stopping.signal.aborted) return;
        say(`The ${name} ended (${how}); starting it again.`);
      }
      if (performance.now() - started > STEADY) pause = FIRST_PAUSE;
      await delay(pause, undefined, { signal: stopping.signal }).catch(() => {});
      pause = Math.min(2 * pause, LONGEST_PAUSE);
      if (stopping.signal.aborted) return;
      try {
        current = await startChild({ ...options, signal: stopping.signal });
        if (!stopping.signal.aborted) say(`The ${name} runs again.`);
      } catch (error) {
        if (stopping.signal.aborted) return;
        say(`The ${name} could not be started again: ${messageOf(error)}`);
      }
    }
  };
  const running = keepRunning();

  return {
    address,
    async stop(patience) {
      stopping.abort();
      const child = current?.child;
      if (child && child.exitCode === null && child.signalCode === null) {
        const exit = once(child, 'exit');
        child.kill('SIGTERM');
        const late = setTimeout(() => child.kill('SIGKILL'), patience);
        await exit;
        clearTimeout(late);
      }
      await running;
    },
  };
}

async function ended({ child }: ReadyChild): Promise<string> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.signalCode ?? `code ${child.exitCode}`;
}
