import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startChild } from '#src/processes/child.js';

/** The embedded queue in a folder, as `npm start` starts it. */
export async function startEmbeddedQueue(folder: string): Promise<ChildProcess> {
  const entry = fileURLToPath(new URL('../../dist/src/queue/embedded/process.js', import.meta.url));
  return (await startChild({ entry, arguments: [folder], environment: process.env, startsWithin: 40_000 })).child;
}
