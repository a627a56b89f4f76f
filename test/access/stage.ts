import { execFile } from 'node:child_process';
import { request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { WebSocket } from 'ws';
import { kinds, type RunningQueue } from '../queue/kinds.js';
import { type Json, type Running, settingsOver, startApi, temporaryFolder } from '../system/stage.js';

/** A data folder and a queue, for as many API processes as a test wants. */
export interface Installation {
  readonly folder: string;
  /** What keeps an API of this installation small. */
  readonly environment: Readonly<Record<string, string>>;
  start(more?: Record<string, string>): Promise<{ running: Running; address: string }>;
  /** `manyhead keys ...` on its data folder. */
  keys(...given: string[]): Promise<string>;
  remove(): Promise<void>;
}

export async function install(): Promise<Installation> {
  const queue = await (kinds.find(({ name, missing }) => name === 'on Redis' && !missing) ?? kinds[0]).prepare();
  return startBeside(queue, await temporaryFolder());
}

/** An installation on a queue that the test wants to do something to. */
export function startBeside(queue: RunningQueue, folder: Awaited<ReturnType<typeof temporaryFolder>>): Installation {
  const environment = settingsOver(queue, folder.path);
  const started: Running[] = [];
  return {
    folder: folder.path,
    environment,
    async start(more = {}) {
      const api = await startApi({ ...environment, ...more });
      started.push(api.running);
      return api;
    },
    keys: (...given) => keysCommand(folder.path, ...given),
    async remove() {
      await Promise.all(started.map((running) => running.end('SIGKILL')));
      await queue.remove();
      await folder.remove();
    },
  };
}

const COMMAND = fileURLToPath(new URL('../../dist/src/commands/keys.js', import.meta.url));
const SCRIPT = `import { keysCommand } from ${JSON.stringify(COMMAND)};
await keysCommand().parseAsync(process.argv.slice(1), { from: 'user' });`;

/** The command in a process of its own. @returns what it printed */
async function keysCommand(folder: string, ...given: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', SCRIPT, '--', ...given],
    { env: { PATH: process.env.PATH, DATA_DIR: folder } },
  );
  return stdout.trim();
}

/** What came back for a request. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  /** The code of its first error, in GraphQL's way or in OpenAI's. */
  readonly code: string | undefined;
}

export interface Sent {
  readonly method?: string;
  /** Of GraphQL; another form of the address is left to express. */
  readonly path?: string;
  /** What the request line says instead of the path, such as another whole address. */
  readonly target?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly key?: string;
  readonly body?: string | Buffer;
}

/** A request with exactly these headers: `fetch` would set some itself, as a browser does. */
export function send(url: string, { method = 'GET', headers = {}, key, body, target }: Sent = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sending = request(
      url,
      {
        method,
        agent: false,
        ...(target === undefined ? {} : { path: target }),
        headers: { ...headers, ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) },
      },
      (response) => {
        let text = '';
        response.on('data', (bytes) => {
          text += bytes;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text, code: codeIn(text) }),
        );
        response.on('error', reject);
      },
    );
    sending.on('error', reject);
    sending.end(body);
  });
}

function codeIn(text: string): string | undefined {
  try {
    const body: Json = JSON.parse(text);
    return body.errors?.[0]?.extensions?.code ?? body.error?.code;
  } catch {
    return undefined;
  }
}

/** A GraphQL request over HTTP. */
export const graphql = (
  address: string,
  query: string,
  { variables, ...sent }: Sent & { readonly variables?: object } = {},
): Promise<Reply> =>
  send(address + (sent.path ?? '/graphql'), {
    method: 'POST',
    ...sent,
    headers: { 'content-type': 'application/json', ...sent.headers },
    body: sent.body ?? JSON.stringify({ query, variables }),
  });

/** A WebSocket of which a test sees every message, and how it ended. */
export interface Talk {
  say(message: object): void;
  /** Resolves with the first message of this type that has not been heard yet. */
  hears(type: string): Promise<Json>;
  /** Resolves with the close code. */
  readonly ended: Promise<number>;
  end(): void;
}

/** @throws Error naming the status where the server does not open it */
export function talk(address: string, headers: Record<string, string> = {}): Promise<Talk> {
  const socket = new WebSocket(`${address.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers });
  const heard: Json[] = [];
  const waiting = new Set<() => void>();
  const look = () => {
    for (const each of waiting) each();
  };
  socket.on('message', (text) => {
    heard.push(JSON.parse(String(text)));
    look();
  });
  const ended = new Promise<number>((resolve) => {
    socket.once('close', (code) => {
      resolve(code);
      look();
    });
  });
  const opened: Talk = {
    say: (message) => socket.send(JSON.stringify(message)),
    hears: (type) =>
      new Promise((resolve, reject) => {
        const settle = (settled: () => void) => {
          waiting.delete(each);
          settled();
        };
        const each = () => {
          const place = heard.findIndex((message) => message.type === type);
          if (place >= 0) settle(() => resolve(heard.splice(place, 1)[0]));
          else if (socket.readyState === WebSocket.CLOSED)
            settle(() => reject(new Error(`it ended, and said only ${JSON.stringify(heard)}`)));
        };
        waiting.add(each);
        each();
      }),
    ended,
    end: () => socket.terminate(),
  };
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(opened));
    socket.once('unexpected-response', (_request, response) => {
      reject(new Error(`refused with ${response.statusCode}`));
      socket.terminate();
    });
    socket.on('error', reject);
  });
}
