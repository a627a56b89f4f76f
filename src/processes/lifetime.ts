import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { folderStore } from '../artifacts/folder.js';
import { foreignFormat, laterFormat } from '../artifacts/format.js';
import type { ArtifactStore } from '../artifacts/store.js';
import { type Config, readConfig } from '../config.js';
import { endThreadsBy } from '../encoder/thread.js';
import { messageOf } from '../errors.js';
import { StartError, startError } from './start-error.js';
import { outliveReaders } from './terminal.js';

/** Something that was started and can be stopped again. */
export interface Started {
  /** Says that it is ready: from then on it can be asked to stop. */
  announce(): void;
  /** Says that it is about to stop, and goes on; absent where there is nobody to be told. */
  leave?(): void;
  stop(): Promise<void>;
}

/** What a process that is ready tells the one that started it. */
export interface Ready {
  readonly ready: true;
  readonly address?: string;
}

/** How long a process may take to stop before it just ends, in milliseconds: the rooms of a worker take 8.5 s at most. */
const LONGEST_STOP = 8_700;

/** How long the end itself may take, in milliseconds: the last lines of the log, a run of the encoder. */
const LONGEST_END = 700;

/** The longest from SIGTERM to the end of a process, in milliseconds. */
export const longestStop = ({ shutdownGrace }: Config): number => shutdownGrace + LONGEST_STOP + LONGEST_END;

/**
 * Runs a process from its start to its end: reads the configuration, starts, tells the parent when it is ready, and stops on
 * SIGTERM, SIGINT, SIGHUP or when the parent is gone: on SIGTERM not before those who send it work have had the time to hear
 * that it is about to stop. What keeps it from starting is one line on standard error and exit
 * code 1.
 */
export async function runProcess(
  start: (config: Config) => Promise<Started & { readonly address?: string }>,
): Promise<void> {
  outliveReaders(process.stdout, process.stderr);
  try {
    const config = readConfig(process.env);
    const started = await start(config);
    const stop = async (grace: number) => {
      started.leave?.();
      await delay(grace);
      await started.stop();
      process.exit(0);
    };
    let stopping = false;
    const end = (signal?: NodeJS.Signals) => {
      if (stopping) return;
      stopping = true;
      const grace = signal === 'SIGTERM' && started.leave ? config.shutdownGrace : 0;
      // The last resort: every room ends sooner by itself, and what matters is on disk already.
      setTimeout(() => process.exit(0), grace + LONGEST_STOP).unref();
      endThreadsBy(performance.now() + grace + LONGEST_STOP + LONGEST_END);
      stop(grace).catch((error) => {
        process.stderr.write(`could not stop cleanly: ${messageOf(error)}\n`);
        process.exit(1);
      });
    };
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end);
    process.on('disconnect', () => end());
    // The parent may have gone while this process was starting: nobody says so again.
    if (process.send && !process.connected) return end();
    started.announce();
    const ready: Ready = started.address === undefined ? { ready: true } : { ready: true, address: started.address };
    process.send?.(ready);
  } catch (error) {
    process.stderr.write(`${startError(error)}\n`);
    process.exit(1);
  }
}

/**
 * Makes sure that the data folder can be written to.
 * @throws StartError
 */
export async function checkDataFolder({ dataFolder }: Config): Promise<void> {
  // In containers that share the folder every process has the same number.
  const probe = join(dataFolder, `.writable-${randomUUID()}`);
  try {
    await mkdir(dataFolder, { recursive: true, mode: 0o700 });
    await writeFile(probe, '');
    await rm(probe);
  } catch (error) {
    throw new StartError(
      `The data folder ${dataFolder} cannot be used: ${messageOf(error)}. Choose another with DATA_DIR.`,
    );
  }
}

/**
 * Makes sure that no later release has written to the data folder what this one would misread.
 * @throws StartError
 */
export const checkFormat = async ({ dataFolder }: Config, store: ArtifactStore): Promise<void> =>
  refuseWhere(await foreignFormat(store), dataFolder);

/** The same, before anything is written. */
export const checkFormatOnly = async ({ dataFolder }: Config): Promise<void> =>
  refuseWhere(await laterFormat(folderStore(dataFolder)), dataFolder);

function refuseWhere(foreign: string | undefined, dataFolder: string): void {
  if (foreign !== undefined)
    throw new StartError(`The data folder ${dataFolder} ${foreign}, or choose another with DATA_DIR.`);
}
