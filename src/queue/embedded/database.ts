import { once } from 'node:events';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { runMigrations } from 'bullmq';
import { startChild } from '../../processes/child.js';
import { ownSchema, ruleByOwnClock } from './clock.js';

/**
 * A queue is small: PostgreSQL's usual 128 MB of buffers would only be memory that is touched and kept. So would its usual 1,000 files: it
 * opens every one that it has, also where the system lets a process have fewer, and then takes its folder for damaged.
 */
const settings = [
  'shared_buffers=8MB',
  'wal_buffers=256kB',
  'min_wal_size=32MB',
  'max_wal_size=64MB',
  'max_files_per_process=64',
];

/**
 * Opens the database in a folder, or makes a new one, and brings BullMQ's tables up to date.
 * @param signal ends the making of a new one, which takes seconds
 */
export async function openDatabase(folder: string, signal: AbortSignal): Promise<PGlite> {
  if (!existsSync(folder)) await create(folder, signal);
  const database = await PGlite.create(folder, {
    relaxedDurability: false,
    startParams: [...PGlite.defaultStartParams, ...settings.flatMap((setting) => ['-c', setting])],
  });
  await runMigrations({
    async query<Row>(text: string, parameters: readonly unknown[] = []) {
      // Only `exec` takes the several statements of a migration, which answer with no rows.
      if (parameters.length > 0 || text.startsWith('SELECT')) return database.query<Row>(text, [...parameters]);
      await database.exec(text);
      return { rows: [] };
    },
  });
  await ruleByOwnClock(database);
  // Every client shares this session: its search path, and what it listens to.
  await database.exec(`SET search_path TO ${ownSchema}, bullmq, public; LISTEN bullmq_jobs; LISTEN bullmq_events`);
  return database;
}

/** The folder appears whole or not at all. */
async function create(folder: string, signal: AbortSignal): Promise<void> {
  const half = `${folder}.new`;
  rmSync(half, { recursive: true, force: true });
  const entry = fileURLToPath(new URL('./create.js', import.meta.url));
  const { child } = await startChild({ entry, arguments: [half], environment: process.env, signal });
  if (child.exitCode === null) await once(child, 'exit');
  renameSync(half, folder);
}

/** Gives the space of removed rows back: PGlite has no autovacuum, and every delivery is a row that comes and goes. */
export const tidy = async (database: PGlite): Promise<void> => {
  await database.exec('VACUUM ANALYZE job, event, meta');
};
