import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { eventually } from '../eventually.js';
import { kinds, type RunningQueue } from '../queue/kinds.js';
import { type RunningProxy, startProxy } from './proxy.js';
import {
  ask,
  data,
  easyRows,
  freePort,
  type Json,
  type Running,
  run,
  settingsOver,
  startWorker,
  TRAIN,
  temporaryFolder,
} from './stage.js';

/** Longer than the proxy takes to look twice, in milliseconds. */
const GRACE = 1_000;
const CLIENTS = 4;

const queueKind = kinds.find(({ name, missing }) => name.includes('Redis') && missing === undefined) ?? kinds[0];

describe('two APIs behind a proxy, each restarted in turn', () => {
  let queue: RunningQueue;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let environment: Record<string, string>;
  let ports: number[];
  let apis: Running[];
  let worker: Running;
  let proxy: RunningProxy;

  const start = async (port: number): Promise<Running> => {
    const api = run('src/server.js', { ...environment, PORT: String(port), SHUTDOWN_GRACE_MS: String(GRACE) });
    await api.says(/"msg":"ready"/);
    return api;
  };

  beforeAll(async () => {
    queue = await queueKind.prepare();
    folder = await temporaryFolder();
    environment = { ...settingsOver(queue, folder.path), ENCODER_CACHE_MB: '0' };
    ports = [await freePort(), await freePort()];
    apis = await Promise.all(ports.map(start));
    worker = await startWorker(environment);
    proxy = await startProxy(ports.map((port) => `http://127.0.0.1:${port}`));
  });
  afterAll(async () => {
    await proxy.close();
    await Promise.all([...apis, worker].map((each) => each.end('SIGKILL')));
    await queue.remove();
    await folder.remove();
  });

  it('fail no request, and followers see their job to its end', { timeout: 120_000 }, async () => {
    const { train } = await data(proxy.address, TRAIN, {
      input: { model: 'long', examples: easyRows(900), hyperparameters: { epochs: 1_000, patience: 1_000 } },
    });
    const following = follow(proxy.address, train.id);
    const load = startLoad(proxy.address);
    for (const [index, port] of ports.entries()) {
      await eventually('both to be in the proxy', () => proxy.ready() === 2);
      await eventually('the load to be on', () => load.count() > 10, 60_000);
      const asked = load.count();
      const { code } = await apis[index].end('SIGTERM');
      expect(code).toBe(0);
      apis[index] = await start(port);
      expect(load.count()).toBeGreaterThan(asked);
    }
    await eventually('both to be in the proxy', () => proxy.ready() === 2);
    await data(proxy.address, 'mutation Cancel($id: ID!) { cancelTraining(id: $id) { status } }', { id: train.id });
    const { statuses, closes } = await following;
    expect(statuses.at(-1)).toBe('CANCELLED');
    expect(closes).toContain(1001);
    const { failed, answered } = await load.stop();
    expect(failed).toEqual([]);
    expect(answered).toBeGreaterThan(100);
  });

  it('say that they are not ready before they stop, and go on answering', async () => {
    const address = `http://127.0.0.1:${ports[0]}`;
    const stopped = apis[0].end('SIGTERM');
    const readyz = () => fetch(`${address}/readyz`).then(({ status }) => status);
    await eventually('it to say so', async () => (await readyz()) === 503);
    const response = await fetch(`${address}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ embed(texts: ["one more"]) { dimensions } }' }),
    });
    expect(await response.json()).toEqual({ data: { embed: [{ dimensions: 384 }] } });
    expect(response.headers.get('connection')).toBe('close');
    expect((await fetch(`${address}/livez`)).status).toBe(200);
    const { code, milliseconds } = await stopped;
    expect(code).toBe(0);
    expect(milliseconds).toBeGreaterThan(GRACE);
  });
});

/** Clients that ask one thing after the other, over connections that they keep. */
function startLoad(address: string) {
  const failed: Json[] = [];
  let [answered, isOver] = [0, false];
  const asking = Array.from({ length: CLIENTS }, async (_, client) => {
    for (let i = 0; !isOver; i++) {
      // Now and then one that takes its time.
      const texts = Array.from(
        { length: i % 20 === 19 ? 200 : 2 },
        (_, text) => `client ${client} asks ${i} about ${text}`,
      );
      const query =
        'query Embed($texts: [String!]!) { embed(texts: $texts) { dimensions } trainingJobs { totalCount } }';
      const answer = await ask(address, query, { texts }).catch((error) => ({ status: 0, errors: [String(error)] }));
      if (answer.status !== 200 || answer.errors.length > 0) failed.push(answer);
      else answered += 1;
      await delay(5);
    }
  });
  return {
    count: () => answered,
    async stop() {
      isOver = true;
      await Promise.all(asking);
      return { failed, answered };
    },
  };
}

/** Follows a job as a client does that connects again where it is asked to; and with which codes its connections were closed. */
async function follow(address: string, id: string): Promise<{ statuses: string[]; closes: number[] }> {
  const closes: number[] = [];
  const client = createClient({
    url: `${address.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 20,
    on: { closed: (event: Json) => closes.push(event.code) },
  });
  const statuses: string[] = [];
  const query = 'subscription Follow($id: ID!) { trainingProgress(id: $id) { job { status } } }';
  for await (const { data: told } of client.iterate<Json>({ query, variables: { id } }))
    statuses.push(told.trainingProgress.job.status);
  await client.dispose();
  return { statuses, closes };
}
