import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Starts the process of the embedded queue for a folder; it ends with this process.
 * @returns once the queue can be used
 * @throws Error with the line that the process left when it could not start
 */
export async function startEmbeddedQueue(folder: string): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL('./process.js', import.meta.url)), [folder], {
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    execArgv: [],
    // Ctrl-C in a terminal reaches a whole group: the queue must outlive those who hand their work back to it.
    detached: true,
  });
  let said = '';
  const hear = (bytes: Buffer): void => {
    said += bytes;
  };
  child.stderr?.on('data', hear);
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('error', reject);
    child.once('close', (code, signal) => {
      reject(new Error(said.trim() || `queue: the process of ${folder} ended (${signal ?? code})`));
    });
  });
  child.stderr?.off('data', hear);
  child.stderr?.pipe(process.stderr, { end: false });
  return child;
}
