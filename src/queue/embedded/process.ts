import { chmodSync, rmSync, statfsSync } from 'node:fs';
import type { PGlite } from '@electric-sql/pglite';
import { messageOf, systemCode } from '../../errors.js';
import { outliveReaders } from '../../processes/terminal.js';
import { mendTimes } from './clock.js';
import { openDatabase, tidy } from './database.js';
import { lockFolder } from './lock.js';
import { checkPrivate, makePrivate, type Place, placeOf } from './place.js';
import { serveDatabase } from './server.js';

/**
 * The embedded queue, a process of its own: `node process.js <folder>`. Tells its parent `ready`; ends with its parent,
 * on SIGTERM and on SIGINT. Whatever is wrong is one line on stderr and exit code 1.
 */
const [folder = ''] = process.argv.slice(2);
const longestGoodbye = 1_500;
const tidyEvery = 60 * 60_000;
const mendTimesEvery = 10_000;
/** A database that cannot be opened with less space than this, in bytes, wants space: PGlite does not say so. */
const leastSpace = 2 ** 20;

function fail(error: unknown): never {
  const isFull = ['ENOSPC', 'EDQUOT'].includes(systemCode(error) ?? '');
  process.stderr.write(`queue: ${isFull ? noSpace(folder) : messageOf(error).split('\n')[0]}\n`);
  process.exit(1);
}

const noSpace = (folder: string): string =>
  `no space is left for the queue in ${folder} (DATA_DIR): free some space on that disk, then start again`;

function hasSpace(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize >= leastSpace;
}

async function open({ folder, database }: Place, signal: AbortSignal): Promise<PGlite> {
  try {
    return await openDatabase(database, signal);
  } catch (error) {
    if (!hasSpace(folder)) throw new Error(noSpace(folder));
    throw new Error(
      `the queue in ${database} cannot be opened (${messageOf(error).split('\n')[0]}): move that folder away and start again; job records are kept elsewhere`,
    );
  }
}

async function serve(folder: string): Promise<void> {
  outliveReaders(process.stdout, process.stderr);
  const starting = new AbortController();
  let end = (): void => {
    starting.abort();
    process.exit(0);
  };
  for (const event of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.on(event, () => end());
  const place = placeOf(folder);
  makePrivate(place.folder);
  if (place.host !== place.folder) {
    makePrivate(place.host);
    checkPrivate(place.host);
  }
  const unlock = await lockFolder(place.lock, place.socket);
  const database = await open(place, starting.signal);
  await tidy(database);
  rmSync(place.socket, { force: true });
  const server = await serveDatabase(database, place.socket, fail);
  chmodSync(place.socket, 0o600);
  const tidying = setInterval(() => void tidy(database).catch(fail), tidyEvery);
  const mending = setInterval(() => void mendTimes(database).catch(fail), mendTimesEvery);

  const close = async (): Promise<void> => {
    setTimeout(() => process.exit(1), longestGoodbye).unref();
    clearInterval(tidying);
    clearInterval(mending);
    await server.close();
    await database.close();
    unlock();
    process.exit(0);
  };
  end = () => {
    end = () => {};
    close().catch(fail);
  };
  if (process.send) {
    if (!process.connected) return end();
    process.send('ready');
  }
}

process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
if (folder === '') fail('give the folder of the queue');
else await serve(folder).catch(fail);
