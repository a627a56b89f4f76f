import { type ChildProcess, fork } from 'node:child_process';
import type { Ready } from './lifetime.js';
import { StartError } from './start-error.js';

export interface StartOptions {
  readonly entry: string;
  readonly arguments?: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Ends the process where this is aborted before it is ready; later it means nothing. */
  readonly signal?: AbortSignal;
  /** Milliseconds after which one that is not ready is killed; it may take as long as it takes where this is not given. */
  readonly startsWithin?: number;
}

/** How long a process that is given up while it starts may take to end, in milliseconds. */
const patience = 3_000;

/** Bytes of what processes say that may wait for a reader; what comes then is lost. */
const MOST_UNREAD = 1024 * 1024;

export interface ReadyChild {
  readonly child: ChildProcess;
  /** Where it listens, if it does. */
  readonly address: string | undefined;
}

/**
 * Starts a process of ours and waits until it says that it is ready. It ends with this process.
 * @throws StartError with what the process left on standard error when it could not start
 */
export async function startChild({
  entry,
  arguments: given = [],
  environment,
  signal,
  startsWithin,
}: StartOptions): Promise<ReadyChild> {
  signal?.throwIfAborted();
  const child = fork(entry, given, {
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    execArgv: [],
    env: { ...environment },
    // Ctrl-C in a terminal reaches a whole group; we decide ourselves who stops when.
    detached: true,
  });
  let said = '';
  const hear = (bytes: Buffer): void => {
    said += bytes;
  };
  child.stderr?.on('data', hear);
  const giveUp = () => {
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), patience).unref();
  };
  signal?.addEventListener('abort', giveUp);
  const late =
    startsWithin &&
    setTimeout(() => {
      said ||= `it was not ready within ${startsWithin / 1000} s`;
      child.kill('SIGKILL');
    }, startsWithin);
  const address = await new Promise<string | undefined>((resolve, reject) => {
    child.once('message', (message) => resolve(isReady(message) ? message.address : undefined));
    child.once('error', reject);
    child.once('close', (code, signal) =>
      reject(new StartError(said.trim() || `it ended with ${signal ?? `code ${code}`}`)),
    );
  }).finally(() => {
    clearTimeout(late);
    signal?.removeEventListener('abort', giveUp);
  });
  child.stderr?.off('data', hear);
  // Not piped: where nobody reads it any more, or slowly, the process would wait for that with everything it does.
  child.stderr?.on('data', (bytes: Buffer) => {
    if (process.stderr.writableLength < MOST_UNREAD) process.stderr.write(bytes);
  });
  if (said !== '') process.stderr.write(said);
  return { child, address };
}

const isReady = (message: unknown): message is Ready =>
  typeof message === 'object' && message !== null && 'ready' in message;
