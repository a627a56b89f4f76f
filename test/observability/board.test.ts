import { createServer, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBoard } from '#src/queue/board.js';
import { eventually } from '../eventually.js';
import { kinds, type RunningQueue } from '../queue/kinds.js';
import { skips } from '../queue/skips.js';
import {
  data,
  easyRows,
  type Json,
  type Running,
  settingsOver,
  startApi,
  TRAIN,
  temporaryFolder,
} from '../system/stage.js';

describe.each(kinds)("the queue's own board, $name", ({ missing, prepare }) => {
  if (skips(missing)) return;
  let queue: RunningQueue;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let api: { running: Running; address: string };
  beforeAll(async () => {
    [queue, folder] = await Promise.all([prepare(), temporaryFolder()]);
    api = await startApi({ ...settingsOver(queue, folder.path), BOARD: 'on' });
  });
  afterAll(async () => {
    await api.running.end('SIGKILL');
    await queue.remove();
    await folder.remove();
  });

  const training = async (): Promise<Json> => {
    const { queues }: Json = await (await fetch(`${api.address}/queue/api/queues?activeQueue=training`)).json();
    return queues[0];
  };

  it('shows the jobs that wait by their ids, and none of their rows', async () => {
    const page = await fetch(`${api.address}/queue`);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<title>Manyhead</title>')]);
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'/);
    const { train } = await data(api.address, TRAIN, { input: { model: 'fruit', examples: easyRows() } });
    const shown = await training();
    expect(shown.counts).toMatchObject({ waiting: 1 });
    expect(shown.jobs.map(({ id }: Json) => id)).toEqual([`${train.id}.1`]);
    expect(JSON.stringify(shown)).not.toMatch(/apple|banana|happy/);
    const told = await (await fetch(`${api.address}/metrics`)).text();
    expect(told).toMatch(/^manyhead_queue_jobs\{status="waiting"\} 1$/m);
  });

  it('lets nobody change anything: that is done with the records of jobs', async () => {
    const [{ id }] = (await training()).jobs;
    for (const action of ['pause', 'empty', 'obliterate', `${id}/clean`, `${id}/retry`, 'add'])
      for (const method of ['PUT', 'POST']) {
        const response = await fetch(`${api.address}/queue/api/queues/training/${action}`, { method });
        expect([action, method, response.ok]).toEqual([action, method, false]);
      }
    expect(await training()).toMatchObject({ isPaused: false, counts: { waiting: 1 } });
  });

  it.each([
    ['is there nowhere', '/queue/nowhere', 404, 'NOT_FOUND'],
    ['is broken', '/queue/queue/%', 400, 'BAD_REQUEST'],
  ])(
    'answers a page that %s as the rest of the API does, and tells nothing of itself',
    async (_, path, status, code) => {
      const response = await fetch(api.address + path);
      const { errors }: Json = await response.json();
      expect([response.status, errors[0].extensions.code]).toEqual([status, code]);
      expect(response.headers.get('x-powered-by')).toBe(null);
      expect(api.running.said()).not.toMatch(/node_modules/);
    },
  );

  it('takes a body that is no JSON for a mistake of its sender, and for no outage', async () => {
    const response = await fetch(`${api.address}/queue/api/queues/training/pause`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: 'canary is secret',
    });
    expect([response.status, await response.json()]).toEqual([400, expect.objectContaining({ error: 'BAD_REQUEST' })]);
    expect(api.running.said()).not.toMatch(/canary|not valid JSON/);
  });

  it('does nothing for who has left before the queue answers', async () => {
    const board = await openBoard(queue.config, '/queue', () => {});
    const left = new Promise<ServerResponse>((resolve) => {
      const server = createServer(async (request, response) => {
        queue.freeze();
        response.once('close', () => queue.thaw());
        leave();
        await board.pages(request, response, () => {});
        server.close();
        resolve(response);
      }).listen(0, '127.0.0.1', () => {
        const address = server.address();
        asking = connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1');
        asking.write('GET /queue HTTP/1.1\r\nHost: localhost\r\n\r\n');
      });
      let asking: Socket | undefined;
      const leave = () => asking?.destroy();
    });
    expect((await left).writableEnded).toBe(false);
    await board.close();
  });

  it('says no more than that where the queue is away, as the metrics do', async () => {
    await queue.kill();
    const response = await fetch(`${api.address}/queue/api/queues?activeQueue=training`);
    expect([response.status, await response.json()]).toEqual([
      503,
      expect.objectContaining({ error: 'QUEUE_UNAVAILABLE' }),
    ]);
    const told = await (await fetch(`${api.address}/metrics`)).text();
    expect(told).toMatch(/^manyhead_queue_up 0$/m);
    expect(told).not.toMatch(/^manyhead_queue_jobs\{/m);
    await queue.start();
    await eventually('the metrics to know', async () =>
      /^manyhead_queue_up 1$/m.test(await (await fetch(`${api.address}/metrics`)).text()),
    );
  });
});
