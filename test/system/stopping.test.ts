import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { eventually } from '../eventually.js';
import { kinds, type RunningQueue } from '../queue/kinds.js';
import { copyMadeDatabase } from '../queue/made-before.js';
import { skips } from '../queue/skips.js';
import {
  data,
  easyRows,
  freePort,
  READY,
  type Running,
  run,
  settingsOver,
  startApi,
  startWorker,
  TRAIN,
  temporaryFolder,
} from './stage.js';

/** A process that does not stop by itself is ended after 4.5 s: sooner means that nothing had to be cut short. */
const BY_ITSELF = 4_000;

type Folder = Awaited<ReturnType<typeof temporaryFolder>>;

const stoppedByItself = async (running: Running, signal: NodeJS.Signals): Promise<void> => {
  const { code, milliseconds } = await running.end(signal);
  expect(code).toBe(0);
  expect(milliseconds).toBeLessThan(BY_ITSELF);
};

describe.each(kinds)('a queue that is killed, $name', ({ missing, prepare }) => {
  if (skips(missing)) return;
  let queue: RunningQueue;
  let folder: Folder;
  let environment: Record<string, string>;
  const open: Running[] = [];
  const opened = (running: Running): Running => {
    open.push(running);
    return running;
  };

  beforeAll(async () => {
    queue = await prepare();
    folder = await temporaryFolder();
    environment = settingsOver(queue, join(folder.path, 'data'));
  });
  afterAll(async () => {
    await Promise.all(open.map((each) => each.end('SIGKILL')));
    await queue.remove();
    await folder.remove();
  });

  it('keeps neither the API nor a worker that waits for jobs', async () => {
    const api = opened((await startApi(environment)).running);
    const worker = opened(await startWorker(environment));
    await queue.kill();
    await Promise.all([api.says(/cannot be reached/), worker.says(/cannot be reached/)]);
    await Promise.all([stoppedByItself(api, 'SIGTERM'), stoppedByItself(worker, 'SIGTERM')]);
    await queue.start();
  });

  it('does not keep a worker in the middle of a job, which waits for the next one', async () => {
    const { running, address } = await startApi(environment);
    const api = opened(running);
    const worker = opened(await startWorker(environment));
    const { train } = await data(address, TRAIN, {
      input: { model: 'long', examples: easyRows(400), hyperparameters: { epochs: 1_000, patience: 1_000 } },
    });
    const status = async () =>
      (await data(address, 'query($id: ID!) { trainingJob(id: $id) { status history { epoch } } }', { id: train.id }))
        .trainingJob;
    await eventually('the job to train', async () => (await status()).history.length > 0, 40_000);
    await queue.kill();
    await worker.says(/cannot be reached/);
    await stoppedByItself(worker, 'SIGTERM');
    expect((await status()).status).toBe('QUEUED');
    await stoppedByItself(api, 'SIGTERM');
    await queue.start();
  });

  it.each([
    ['does not keep them where it only stands still', 0],
    // By then the worker has looked for dead ones.
    ['does not keep them where they wait for what it has not answered', 3_000],
  ])('%s', async (_, milliseconds) => {
    const api = opened((await startApi(environment)).running);
    const worker = opened(await startWorker(environment));
    queue.freeze();
    await delay(milliseconds);
    await Promise.all([stoppedByItself(api, 'SIGTERM'), stoppedByItself(worker, 'SIGTERM')]);
    queue.thaw();
  });
});

describe('Ctrl-C', () => {
  let folder: Folder;
  let environment: Record<string, string>;

  beforeAll(async () => {
    folder = await temporaryFolder();
    environment = { DATA_DIR: join(folder.path, 'data'), STARTER: 'off' };
  });
  afterAll(() => folder.remove());

  const start = async (more: Record<string, string> = {}) => {
    const running = run('src/main.js', { ...environment, ...more, PORT: String(await freePort()) });
    return { running, address: (await running.says(READY))[1] };
  };

  it('while the queue is made on the very first start ends that, too, and nothing is half made', async () => {
    const running = run('src/main.js', environment);
    const half = join(folder.path, 'data', 'queue', 'database.new');
    await eventually('the database to be begun', () => existsSync(half), 20_000);
    await stoppedByItself(running, 'SIGINT');
    expect(await processesAbout(folder.path)).toEqual([]);
    const again = await start();
    expect((await data(again.address, '{ models { name } }')).models).toEqual([]);
    await stoppedByItself(again.running, 'SIGINT');
  });

  it('stops what nobody uses at once', async () => {
    const { running } = await start();
    await stoppedByItself(running, 'SIGINT');
  });

  it('lets a request that has begun be answered', async () => {
    const { running, address } = await start({ SHUTDOWN_GRACE_MS: '1000' });
    const asking = request(`${address}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', expect: '100-continue' },
    });
    asking.flushHeaders();
    await once(asking, 'continue');
    const stopped = stoppedByItself(running, 'SIGINT');
    await running.says(/Stopping/);
    asking.end(JSON.stringify({ query: '{ embed(texts: ["a"]) { dimensions } }' }));
    const [answer] = await once(asking, 'response');
    expect(answer.headers.connection).toBe('close');
    expect(await json(answer)).toEqual({ data: { embed: [{ dimensions: 384 }] } });
    await stopped;
  });

  it('lets a query over a WebSocket that has begun be answered to its end, and begins no other', async () => {
    const { running, address } = await start();
    const [asking, idle] = await Promise.all(
      [0, 1].map(async () => {
        const socket = new WebSocket(`${address.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
        await once(socket, 'open');
        socket.send(JSON.stringify({ type: 'connection_init' }));
        await once(socket, 'message');
        return socket;
      }),
    );
    const said: string[] = [];
    const ask = (id: string, texts: readonly string[]) => {
      const query = 'query Embed($texts: [String!]!) { embed(texts: $texts) { dimensions } }';
      asking.send(JSON.stringify({ type: 'subscribe', id, payload: { query, variables: { texts } } }));
    };
    asking.on('message', (message) => {
      const { type, id } = JSON.parse(String(message));
      said.push(`${type} ${id}`);
    });
    const codes = Promise.all([asking, idle].map(async (socket) => (await once(socket, 'close'))[0]));
    ask(
      'begun',
      Array.from({ length: 60 }, (_, text) => `${text} ${'of many words '.repeat(40)}`),
    );
    await delay(200);
    const stopped = running.end('SIGINT');
    await once(idle, 'close');
    expect(said).toEqual([]);
    ask('late', ['a']);
    expect(await codes).toEqual([1001, 1001]);
    expect(said).toEqual(['next begun', 'complete begun']);
    expect((await stopped).code).toBe(0);
  });

  it('does not wait for a follower that does not listen any more', async () => {
    const { running, address } = await start();
    const follower = new WebSocket(`${address.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await once(follower, 'open');
    follower.send(JSON.stringify({ type: 'connection_init' }));
    await once(follower, 'message');
    follower.pause();
    await stoppedByItself(running, 'SIGINT');
    follower.terminate();
  });
});

describe('SIGTERM', () => {
  it.each([
    ['a queue that stands still', ['queue']],
    ['a worker and a queue that stand still', ['worker', 'queue']],
  ])('ends everything within 10 s with %s', async (_, still) => {
    const folder = await temporaryFolder();
    const dataFolder = join(folder.path, 'data');
    await copyMadeDatabase(join(dataFolder, 'queue'));
    const running = run('src/main.js', { DATA_DIR: dataFolder, STARTER: 'off', PORT: String(await freePort()) });
    await running.says(READY);
    const children = await childrenOf(running);
    const stopped = children.filter(({ line }) => still.some((name) => line.includes(`/${name}/`)));
    expect(stopped).toHaveLength(still.length);
    for (const { pid } of stopped) process.kill(pid, 'SIGSTOP');
    const { code, milliseconds } = await running.end('SIGTERM');
    expect(code).toBe(0);
    expect(milliseconds).toBeLessThan(10_000);
    const left = await Promise.all(children.map(({ pid }) => statusOf(pid)));
    expect(left).toEqual(children.map(() => undefined));
    await folder.remove();
  });
});

/** The processes that one has started, by their command lines. */
async function childrenOf({ child }: Running): Promise<{ pid: number; line: string }[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const parent = (await statusOf(pid))?.match(/^PPid:\s+(\d+)$/m)?.[1];
      if (Number(parent) !== child.pid) return [];
      return [{ pid, line: await readFile(`/proc/${pid}/cmdline`, 'utf8') }];
    }),
  );
  return found.flat();
}

/** What the system tells of a process; undefined where there is none. */
const statusOf = (pid: number): Promise<string | undefined> =>
  readFile(`/proc/${pid}/status`, 'utf8').catch(() => undefined);

/** The command lines of processes that name a path. */
async function processesAbout(path: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return lines.filter((line) => line.includes(path));
}
