import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { RunningQueue } from '../queue/kinds.js';

const entry = (path: string): string => fileURLToPath(new URL(`../../dist/${path}`, import.meta.url));

/** A process of the product, as a person would start it, and everything it said. */
export interface Running {
  readonly child: ChildProcess;
  said(): string;
  /** Resolves with what it said once it has said this. */
  says(what: RegExp): Promise<RegExpMatchArray>;
  /** Sends the signal and waits for the end. @returns how it ended, and after how many milliseconds */
  end(signal?: NodeJS.Signals): Promise<{ code: number | null; milliseconds: number }>;
}

/** What was started: a test that fails may leave it running. */
const started = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of started) child.kill('SIGKILL');
});

/** What `npm start` says once it can be used, and where. */
export const READY = /Manyhead is ready: open (http\S+)/;

/** Starts an entry of the built product. Its environment holds nothing that the test did not give. */
export function run(
  path: 'src/main.js' | 'src/server.js' | 'worker/main.js',
  environment: Record<string, string>,
): Running {
  const child = spawn(process.execPath, [entry(path)], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const listeners = new Set<() => void>();
  const hear = (bytes: Buffer) => {
    said += bytes;
    for (const listener of listeners) listener();
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const closed = once(child, 'close');
  let tellLate: (error: Error) => void = () => {};
  const isLate = new Promise<never>((_, reject) => {
    tellLate = reject;
  });
  isLate.catch(() => {});
  started.add(child);
  return {
    child,
    said: () => said,
    says: (what) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = said.match(what);
          if (match) done(() => resolve(match));
          else if (child.exitCode !== null)
            done(() => reject(new Error(`it ended without saying ${what}, but:\n${said}`)));
        };
        const late = setTimeout(() => done(() => reject(new Error(`it did not say ${what}, but:\n${said}`))), 50_000);
        const done = (settle: () => void) => {
          clearTimeout(late);
          listeners.delete(look);
          child.off('close', look);
          settle();
        };
        listeners.add(look);
        child.once('close', look);
        look();
      }),
    async end(signal = 'SIGINT') {
      const asked = performance.now();
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      const late = setTimeout(() => {
        tellLate(new Error(`it did not end on ${signal}, but said:\n${said}`));
      }, 40_000);
      await Promise.race([closed, isLate]).finally(() => clearTimeout(late));
      return { code: child.exitCode, milliseconds: performance.now() - asked };
    },
  };
}

/** Settings of a process over a queue and a data folder, with room for the others on a small machine and nothing trained yet. */
export const settingsOver = (queue: RunningQueue, dataFolder: string): Record<string, string> => ({
  DATA_DIR: dataFolder,
  STARTER: 'off',
  ENCODER_THREADS: '1',
  ...queue.settings,
});

/** An API process that answers. */
export async function startApi(environment: Record<string, string>): Promise<{ running: Running; address: string }> {
  const port = await freePort();
  const running = run('src/server.js', { ...environment, PORT: String(port) });
  await running.says(/"msg":"ready"/);
  return { running, address: `http://127.0.0.1:${port}` };
}

/** A worker process that takes jobs. */
export async function startWorker(environment: Record<string, string>): Promise<Running> {
  const running = run('worker/main.js', environment);
  await running.says(/"msg":"ready"/);
  return running;
}

/** A folder that only its owner can read, for as long as the test runs. */
export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'manyhead-test-'));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

export interface Answer<T> {
  readonly status: number;
  readonly data: T;
  readonly errors: readonly {
    readonly message: string;
    readonly extensions: { readonly code: string; readonly field?: string };
  }[];
}

/** What a test expects to find in an answer; the product's own types are not used here, as a client would not have them. */
// biome-ignore lint/suspicious/noExplicitAny: answers are whatever the query asked for
export type Json = any;

/** One GraphQL request over HTTP. */
export async function ask(address: string, query: string, variables: object = {}): Promise<Answer<Json>> {
  const response = await fetch(`${address}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors = [] } = JSON.parse(await response.text());
  return { status: response.status, data, errors };
}

/** A request that must succeed. */
export async function data(address: string, query: string, variables: object = {}): Promise<Json> {
  const answer = await ask(address, query, variables);
  if (answer.errors.length > 0) throw new Error(JSON.stringify(answer.errors));
  return answer.data;
}

/** Every event of a subscription until it completes. */
export async function subscription(
  address: string,
  query: string,
  variables: object = {},
  onEvent: () => void = () => {},
): Promise<Json[]> {
  const client = createClient({
    url: `${address.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
  });
  const events: Json[] = [];
  try {
    for await (const event of client.iterate({ query, variables: { ...variables } })) {
      events.push(event);
      onEvent();
    }
  } finally {
    await client.dispose();
  }
  return events;
}

export const TRAIN =
  'mutation Train($input: TrainInput!) { train(input: $input) { id status attempt trainableParameters frozenParameters } }';
export const JOB = `query Job($id: ID!) { trainingJob(id: $id) { id status progress attempt error { code message } promotion { promoted reason }
  history { epoch trainLoss validationLoss tasks { task accuracy macroF1 support } } metrics { task accuracy support }
  version { number parent sizeBytes datasetDigest tasks { task labels frozen } } } }`;

/** Follows a job to its end. */
export async function finished(address: string, id: string): Promise<Json> {
  await subscription(address, 'subscription Follow($id: ID!) { trainingProgress(id: $id) { kind } }', { id });
  return (await data(address, JOB, { id })).trainingJob;
}

/** Rows about fruit and mood that a linear head learns easily: enough of them for a split, few enough to be quick. */
export function easyRows(rows = 60): { text: string; labels: { task: string; label: string }[] }[] {
  const fruits = ['apple', 'banana', 'cherry'];
  const moods = [
    ['happy', 'I love this wonderful'],
    ['sad', 'I hate this terrible'],
  ];
  return Array.from({ length: rows }, (_, i) => {
    const fruit = fruits[i % fruits.length];
    const [mood, words] = moods[i % moods.length];
    return {
      text: `${words} ${fruit} number ${i}.`,
      labels: [
        { task: 'fruit', label: fruit },
        { task: 'mood', label: mood },
      ],
    };
  });
}
