import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { cp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedQueue } from './embedded-queue.js';

/* Making the embedded queue's database takes seconds. It is made once, and copied for every test that is not about its making. */

const MADE = 'MANYHEAD_TEST_QUEUE';

/** Run once before all tests. @returns what is run after them */
export default async function make(): Promise<() => Promise<void>> {
  const parent = mkdtempSync(join(tmpdir(), 'manyhead-test-'));
  const queue = await startEmbeddedQueue(join(parent, 'queue'));
  queue.kill('SIGTERM');
  await once(queue, 'exit');
  process.env[MADE] = join(parent, 'queue', 'database');
  return () => rm(parent, { recursive: true });
}

/** Puts the database where a queue that starts in a folder will find it. */
export async function copyMadeDatabase(folder: string): Promise<void> {
  const made = process.env[MADE];
  if (made === undefined) return;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await cp(made, join(folder, 'database'), { recursive: true });
}
