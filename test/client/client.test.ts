import { createServer } from 'node:http';
import { connect, createServer as createTcpServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, ClientError, createClient, hasEnded, type ProgressEvent } from '#src/client/client.js';
import { kinds, type RunningQueue } from '../queue/kinds.js';
import {
  data,
  easyRows,
  freePort,
  type Running,
  settingsOver,
  startApi,
  startWorker,
  temporaryFolder,
} from '../system/stage.js';
import { describeInBrowser, launchChromium } from '../web/chromium.js';
import { bundledClient } from './bundle.js';

const embedded = kinds.find(({ name }) => name === 'embedded') ?? kinds[0];

/** The error that a promise is rejected with. */
const refusal = (promise: Promise<unknown>): Promise<ClientError> =>
  promise.then(
    () => Promise.reject(new Error('it was not refused')),
    (error) => {
      if (error instanceof ClientError) return error;
      throw error;
    },
  );

describe('the client', () => {
  let queue: RunningQueue;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let api: { running: Running; address: string };
  let worker: Running;
  let client: Client;

  beforeAll(async () => {
    queue = await embedded.prepare();
    folder = await temporaryFolder();
    const environment = settingsOver(queue, folder.path);
    [api, worker] = await Promise.all([startApi(environment), startWorker(environment)]);
    client = createClient({ url: api.address });
  });
  afterAll(async () => {
    client?.close();
    await Promise.all([api?.running.end('SIGKILL'), worker?.end('SIGKILL')]);
    await queue.remove();
    await folder.remove();
  });

  it('gives vectors as float32 numbers, the same as the API writes in JSON', async () => {
    const texts = ['Soccer is pretty cool!', '', 'Grüße 👋'];
    const embeddings = await client.embed(texts, { dimensions: 16, projection: 'TRUNCATE' });
    const { embed } = await data(
      api.address,
      'query($texts: [String!]!) { embed(texts: $texts, dimensions: 16, projection: TRUNCATE) { vector tokens } }',
      { texts },
    );
    embeddings.forEach(({ vector, tokens, dimensions }, i) => {
      expect(vector).toBeInstanceOf(Float32Array);
      expect(dimensions).toBe(16);
      expect(tokens).toBe(embed[i].tokens);
      for (const [place, number] of vector.entries()) expect(number).toBeCloseTo(embed[i].vector[place], 8);
    });
  });

  it('trains on an uploaded file, tells every epoch, and classifies, promotes and rolls back with what it learned', async () => {
    const rows = easyRows().map(({ text, labels }) => `${text},${labels[0].label},${labels[1].label}`);
    const csv = new Blob([`words,kind,mood\n${rows.join('\n')}\n`]);
    const uploaded = await client.datasets.upload('fruit', csv.stream(), {
      format: 'csv',
      columns: { text: 'words', tasks: { fruit: 'kind', mood: 'mood' } },
    });
    expect(uploaded).toMatchObject({ name: 'fruit', rows: 60 });
    expect((await client.datasets.get('fruit'))?.tasks.map(({ task }) => task)).toEqual(['fruit', 'mood']);

    const events: ProgressEvent[] = [];
    const job = await client.train({ model: 'fruit', dataset: 'fruit', hyperparameters: { epochs: 5, patience: 5 } });
    for await (const event of job.progress()) events.push(event);
    expect(epochsOf(events)).toEqual([1, 2, 3, 4, 5]);
    expect(events.at(-1)?.job.status).toBe('SUCCEEDED');
    const { version, metrics } = await job.result();
    expect(version?.number).toBe(1);
    expect(metrics.map(({ task }) => task)).toEqual(['fruit', 'mood']);

    const [first, second] = await client.classify(['I love this banana', 'I hate this apple'], { model: 'fruit' });
    expect(first.predictions.map(({ label }) => label)).toEqual(['banana', 'happy']);
    expect(second.predictions.map(({ label }) => label)).toEqual(['apple', 'sad']);

    await (await client.train({ model: 'fruit', dataset: 'fruit', promote: 'ALWAYS' })).result();
    expect((await client.versions({ model: 'fruit' })).versions.map(({ number }) => number)).toEqual([2, 1]);
    expect((await client.rollBack({ model: 'fruit' })).production?.number).toBe(1);
    expect((await client.promote({ model: 'fruit', version: 2 })).production?.number).toBe(2);
    const measured = await (await client.evaluate({ dataset: 'fruit', model: 'fruit', version: 1 })).result();
    expect(measured.metrics[0].support).toBe(60);
    expect((await client.jobs({ model: 'fruit', kind: ['EVALUATE'] })).totalCount).toBe(1);
  });

  it('tells every epoch once and in order while its connection is cut again and again', async () => {
    const wire = await cuttable(Number(new URL(api.address).port));
    const far = createClient({ url: wire.address });
    try {
      const hyperparameters = { epochs: 60, patience: 60, batchSize: 8 };
      const job = await far.train({ model: 'cut', examples: easyRows(300), hyperparameters });
      const events: ProgressEvent[] = [];
      let cuts = 0;
      for await (const event of job.progress()) {
        events.push(event);
        if (cuts >= 3 || event.kind !== 'EPOCH' || event.epoch.epoch < 10 * (cuts + 1)) continue;
        wire.cut(cuts);
        cuts++;
      }
      expect(cuts).toBe(3);
      expect(epochsOf(events)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
      expect(hasEnded(events.at(-1)?.job ?? { status: 'QUEUED' })).toBe(true);
    } finally {
      far.close();
      await wire.close();
    }
  });

  it('ends a job on request, and says so to who waits for it', async () => {
    const hyperparameters = { epochs: 1000, patience: 1000, batchSize: 8 };
    const job = await client.train({ model: 'ended', examples: easyRows(300), hyperparameters });
    const waiting = refusal(job.result());
    expect((await job.cancel()).status).toBe('CANCELLED');
    expect(await waiting).toMatchObject({ code: 'CANCELLED' });
    const leaving = new AbortController();
    const left = (await client.job(job.id)).progress({ signal: leaving.signal });
    leaving.abort(new Error('enough'));
    await expect(left.next()).rejects.toThrow('enough');
  });

  it('throws errors to branch on: a code, the field, and every problem of a file', async () => {
    expect(await refusal(client.train({ dataset: 'fruit', validationSplit: 3 }))).toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'validationSplit',
    });
    expect(await refusal(client.classify(['a'], { model: 'nobody' }))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refusal(client.query('{ nonsense }'))).toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED' });
    expect(await refusal(client.job('0'))).toMatchObject({ code: 'NOT_FOUND' });
    const wrong = await refusal(client.datasets.upload('wrong', 'text,a\n,x\ny,z\n,x\n', { format: 'csv' }));
    expect(wrong).toMatchObject({ code: 'BAD_USER_INPUT', status: 400 });
    expect(wrong.problems.map(({ line, column }) => [line, column])).toEqual([
      [2, 'text'],
      [4, 'text'],
    ]);
    const upload = (rows: string, replaces: string | null) =>
      client.datasets.upload('guarded', rows, { format: 'csv', replaces });
    const { digest } = await upload('text,a\nx,y\n', null);
    expect(await refusal(upload('text,a\nx,z\n', null))).toMatchObject({ code: 'CONFLICT', status: 412 });
    await upload('text,a\nx,z\n', digest);
    expect(await refusal(upload('text,a\nx,w\n', digest))).toMatchObject({ code: 'CONFLICT', field: 'If-Match' });
    expect(await refusal(createClient({ url: 'http://127.0.0.1:9' }).models())).toMatchObject({ code: 'UNREACHABLE' });
    expect(() => createClient({ url: 'localhost:4000' })).toThrow(
      expect.objectContaining({ name: 'ClientError', code: 'BAD_USER_INPUT', field: 'url' }),
    );
  });

  describeInBrowser('in a browser', () => {
    it('embeds, and follows a training to its end', async () => {
      const browser = await launchChromium();
      try {
        // A page of the same origin, as if it were one of the caller's own with our client in it.
        const page = await browser.newPage({ bypassCSP: true });
        await page.goto(`${api.address}/livez`);
        await page.addScriptTag({ content: await bundledClient() });
        const told = await page.evaluate(async (rows) => {
          const client: Client = Reflect.get(globalThis, 'manyhead').createClient();
          const [{ vector }] = await client.embed(['Soccer is pretty cool!']);
          const job = await client.train({ model: 'page', examples: rows, hyperparameters: { epochs: 3 } });
          const epochs: number[] = [];
          for await (const event of job.progress()) if (event.kind === 'EPOCH') epochs.push(event.epoch.epoch);
          const { version } = await job.result();
          client.close();
          return { numbers: vector.length, first: vector[0], epochs, version: version?.number };
        }, easyRows());
        expect(told).toEqual({ numbers: 384, first: expect.closeTo(0.016, 3), epochs: [1, 2, 3], version: 1 });
      } finally {
        await browser.close();
      }
    });
  });

  it('asks anything else, and leaves the types to whoever asks', async () => {
    const { models } = await client.query<{ models: { name: string }[] }>('{ models { name } }');
    expect(models.map(({ name }) => name)).toContain('fruit');
    const subscribed = client.subscribe('subscription { trainingProgress(id: "0") { kind } }');
    await expect(subscribed.next()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('the client, where the server has no room', () => {
  const busy = async (refusals: number, answer: { code: string; status: number; retryAfter?: string }) => {
    const asked: number[] = [];
    const server = createServer((request, response) => {
      request.resume();
      asked.push(performance.now());
      const { code, status, retryAfter } = answer;
      if (asked.length > refusals) return response.end('{"data":{"models":[]}}');
      response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter });
      return response.end(JSON.stringify({ errors: [{ message: 'later', extensions: { code } }] }));
    });
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return { url: `http://127.0.0.1:${port}`, asked, close: () => server.close() };
  };

  it('asks again after as long as the server says', async () => {
    const server = await busy(1, { code: 'RATE_LIMITED', status: 429, retryAfter: '1' });
    expect(await createClient({ url: server.url }).models()).toEqual([]);
    expect(server.asked[1] - server.asked[0]).toBeGreaterThanOrEqual(990);
    server.close();
  });

  it('gives up after as many times as it was told, and tells how long to wait', async () => {
    const server = await busy(9, { code: 'OVERLOADED', status: 503 });
    expect(await refusal(createClient({ url: server.url, retries: 1 }).models())).toMatchObject({ code: 'OVERLOADED' });
    expect(server.asked).toHaveLength(2);
    server.close();
    const other = await busy(9, { code: 'RATE_LIMITED', status: 429, retryAfter: '7' });
    expect(await refusal(createClient({ url: other.url, retries: 0 }).models())).toMatchObject({ retryAfter: 7 });
    other.close();
  });

  it('does not ask again what was refused for another reason', async () => {
    const server = await busy(9, { code: 'UNAUTHENTICATED', status: 401 });
    expect(await refusal(createClient({ url: server.url }).models())).toMatchObject({
      code: 'UNAUTHENTICATED',
      status: 401,
    });
    expect(server.asked).toHaveLength(1);
    server.close();
  });
});

const epochsOf = (events: readonly ProgressEvent[]): readonly number[] =>
  events.flatMap((event) => (event.kind === 'EPOCH' ? [event.epoch.epoch] : []));

/** A wire to a port, that can be cut: every connection over it breaks, and so do the next ones, as many as asked for. */
async function cuttable(port: number) {
  const sockets = new Set<Socket>();
  let refusals = 0;
  const server = createTcpServer((near) => {
    if (refusals-- > 0) return near.destroy();
    const far = connect(port, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ]) {
      sockets.add(one);
      one.on('error', () => {}).on('close', () => other.destroy());
      one.pipe(other);
    }
  });
  const own = await freePort();
  await new Promise<void>((resolve) => server.listen(own, '127.0.0.1', resolve));
  const cut = (next = 0) => {
    refusals = next;
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  return {
    address: `http://127.0.0.1:${own}`,
    cut,
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
