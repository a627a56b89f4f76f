import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { eventually } from '../eventually.js';
import { kinds, type RunningQueue } from '../queue/kinds.js';
import {
  easyRows,
  finished,
  freePort,
  type Json,
  type Running,
  settingsOver,
  startApi,
  startWorker,
  TRAIN,
  temporaryFolder,
} from '../system/stage.js';
import { startCollector } from './collector.js';

const kind = kinds.find(({ name, missing }) => name === 'on Redis' && !missing) ?? kinds[0];
const EMBED = 'query Embed($texts: [String!]!) { embed(texts: $texts) { tokens } }';
const DATASET = 'query($name: String!) { dataset(name: $name) { preview(first: 2) { text } } }';

describe('what goes on inside', () => {
  let queue: RunningQueue;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let collector: Awaited<ReturnType<typeof startCollector>>;
  let api: { running: Running; address: string };
  let worker: Running;
  let workerMetrics: string;

  beforeAll(async () => {
    [queue, folder, collector] = await Promise.all([kind.prepare(), temporaryFolder(), startCollector()]);
    const port = await freePort();
    workerMetrics = `http://127.0.0.1:${port}/metrics`;
    const environment: Record<string, string> = {
      ...settingsOver(queue, folder.path),
      LOG_LEVEL: 'trace',
      SLOW_REQUEST_MS: '1',
      METRICS_PORT: String(port),
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_BSP_SCHEDULE_DELAY: '100',
    };
    [api, worker] = await Promise.all([startApi(environment), startWorker(environment)]);
  });
  afterAll(async () => {
    await Promise.all([api.running.end('SIGKILL'), worker.end('SIGKILL')]);
    collector.close();
    await queue.remove();
    await folder.remove();
  });

  const send = async (query: string, variables: object, headers: Record<string, string> = {}) => {
    const response = await fetch(`${api.address}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query, variables }),
    });
    const answer: Json = await response.json();
    return { id: response.headers.get('x-request-id') ?? '', status: response.status, ...answer };
  };
  const train = async (input: object, headers: Record<string, string> = {}) => {
    const { id: request, data } = await send(TRAIN, { input }, headers);
    return { request, job: String(data.train.id) };
  };
  const upload = (name: string, body: string) =>
    fetch(`${api.address}/datasets/${name}`, { method: 'PUT', body, headers: { 'content-type': 'text/csv' } });
  const lines = (running: Running): Json[] =>
    running
      .said()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
  const line = (running: Running, what: Json): Promise<Json> =>
    eventually(`a line of the log with ${JSON.stringify(what)}`, async () =>
      lines(running).find((each) => Object.entries(what).every(([key, value]) => each[key] === value)),
    );
  const metrics = async (url = `${api.address}/metrics`) => (await fetch(url)).text();

  /** Stores rows, and makes what is stored of them unreadable, so that JSON.parse quotes a text. */
  const brokenDataset = async (name: string, text: string) => {
    const rows = Array.from({ length: 20 }, (_, i) => `${text} ${i},${i % 2 ? 'a' : 'b'}`);
    const { digest }: Json = await (await upload(name, `text,topic\n${rows.join('\n')}`)).json();
    const path = join(folder.path, 'datasets', 'rows', `${digest}.jsonl`);
    await rm(path);
    await mkdir(path);
  };

  it('answers every request with its id: the one that was sent, or one of its own where that is none', async () => {
    expect((await send(EMBED, { texts: ['a'] }, { 'x-request-id': 'order:17.a' })).id).toBe('order:17.a');
    expect((await send(EMBED, { texts: ['a'] }, { 'x-request-id': 'two words' })).id).toMatch(/^[0-9a-f-]{36}$/);
    expect((await send(EMBED, { texts: ['a'] }, { 'x-request-id': 'x'.repeat(129) })).id).toMatch(/^[0-9a-f-]{36}$/);
    const other = await fetch(`${api.address}/nothing`, { headers: { 'x-request-id': 'lost' } });
    expect([other.status, other.headers.get('x-request-id')]).toEqual([404, 'lost']);
    // The queue's board is not there unless it is asked for.
    expect((await fetch(`${api.address}/queue`)).status).toBe(404);
  });

  it('follows a job from the request that queued it through every line of its worker', async () => {
    const { request, job } = await train({ model: 'fruit', examples: easyRows() }, { 'x-request-id': 'shop-4711' });
    expect(request).toBe('shop-4711');
    expect(await finished(api.address, job)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await line(api.running, { request, job })).toMatchObject({
      msg: 'job queued',
      kind: 'TRAIN',
      model: 'fruit',
    });
    await line(worker, { job, msg: 'job succeeded' });
    const said = lines(worker).filter((each) => each.job === job);
    expect(said.map(({ msg }) => msg)).toEqual(expect.arrayContaining(['job started', 'phase began', 'epoch ended']));
    expect(said.filter((each) => each.request !== request)).toEqual([]);
    const records = join(folder.path, 'jobs', job, 'record');
    const [first] = (await readdir(records)).sort();
    expect(JSON.parse(await readFile(join(records, first), 'utf8'))).toMatchObject({ origin: { request } });
  });

  it('tells a retry from the request that queued the first attempt', async () => {
    await brokenDataset('broken', 'Where is my parcel');
    const { request, job } = await train({ model: 'broken', dataset: 'broken' });
    const failed = await finished(api.address, job);
    expect(failed).toMatchObject({ status: 'FAILED', error: { code: 'INTERNAL' } });
    const id = failed.error.message.match(/under ([0-9a-f-]{36})/)[1];
    expect(await line(worker, { msg: 'job failed', id })).toMatchObject({
      request,
      job,
      err: { type: 'Error', message: expect.stringContaining('EISDIR') },
    });
    const again = await send('mutation($id: ID!) { retryTraining(id: $id) { attempt } }', { id: job });
    await line(worker, { msg: 'job failed', job, request: again.id });
  });

  it('finds the id of an internal error in the log, with the request and the cause', async () => {
    await brokenDataset('unreadable', 'I was charged twice');
    const { id: request, errors } = await send(DATASET, { name: 'unreadable' });
    const { code, id } = errors[0].extensions;
    expect(code).toBe('INTERNAL');
    expect(await line(api.running, { id })).toMatchObject({
      msg: 'a request failed',
      request,
      err: { type: 'Error', message: expect.stringContaining('EISDIR') },
    });
  });

  it('tells of slow requests what they asked for and how much, over a WebSocket too', async () => {
    const texts = ['It took quite a while', 'and then some more'];
    const { id } = await send(EMBED, { texts });
    const slow = {
      msg: 'slow request',
      type: 'query',
      operation: 'embed',
      name: 'Embed',
      texts: 2,
      tokens: 13,
      code: 'OK',
    };
    const told = await line(api.running, { request: id });
    expect(told).toMatchObject({ ...slow, level: 40 });
    expect(told.milliseconds).toBeGreaterThan(1);
    const client = createClient({
      url: `${api.address.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    });
    const query = 'query Socket($texts: [String!]!) { embed(texts: $texts) { tokens } }';
    for await (const { data } of client.iterate({ query, variables: { texts: [`${texts[0]} again`] } }))
      expect(data).toEqual({ embed: [{ tokens: 8 }] });
    expect(await line(api.running, { name: 'Socket' })).toMatchObject({ ...slow, name: 'Socket', texts: 1, tokens: 8 });
    const refused = client.iterate({ query: '{ nothing }' });
    await expect(refused.next()).rejects.toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
    await client.dispose();
  });

  it('holds one trace of a request, its job and the phases of that, from two processes', async () => {
    const [trace, caller] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
    const traceparent = `00-${trace}-${caller}-01`;
    const { job, request } = await train({ model: 'traced', examples: easyRows() }, { traceparent });
    await finished(api.address, job);
    const span = (name: string) =>
      eventually(`the span ${name}`, async () =>
        collector.spans().find((each) => each.traceId === trace && each.name === name),
      );
    const asked = await span('mutation train');
    expect(asked).toMatchObject({ service: 'manyhead-api', kind: 2, parentSpanId: caller, attributes: { request } });
    const handed = await span('queue job');
    expect(handed).toMatchObject({ service: 'manyhead-api', kind: 4, parentSpanId: asked.spanId, attributes: { job } });
    const ran = await span('job TRAIN');
    expect(ran).toMatchObject({
      service: 'manyhead-worker',
      kind: 5,
      parentSpanId: handed.spanId,
      attributes: { job, request, model: 'traced' },
    });
    for (const phase of ['embedding', 'training', 'saving'])
      expect(await span(phase)).toMatchObject({ service: 'manyhead-worker', parentSpanId: ran.spanId });
  });

  it('counts requests by the fields of the schema, whatever callers call them', async () => {
    const count = async (labels: string): Promise<number> => {
      const found = (await metrics())
        .split('\n')
        .find((each) => each.startsWith(`manyhead_request_seconds_count{${labels}}`));
      return Number(found?.split(' ')[1] ?? 0);
    };
    const embedded = 'type="query",operation="embed",code="OK"';
    const before = await count(embedded);
    for (const name of ['One', 'Two', 'Three'])
      await send(`query ${name} { ${name}: embed(texts: ["a"]) { tokens } }`, {});
    await eventually('them to be counted', async () => (await count(embedded)) === before + 3);
    await send('{ a: embed(texts: ["a"]) { tokens } b: embed(texts: ["a"]) { tokens } }', {});
    await send('{ embed(texts: []) { tokens ', {});
    await send('{ embed(texts: ["a"], dimensions: 0) { tokens } }', {});
    await upload('counted', 'text\n');
    const openai = (input: unknown) =>
      fetch(`${api.address}/v1/embeddings`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'all-MiniLM-L6-v2', input }),
      });
    await openai('a text');
    await openai([]);
    for (const labels of [
      'type="query",operation="several",code="OK"',
      'type="unknown",operation="unknown",code="GRAPHQL_PARSE_FAILED"',
      'type="query",operation="embed",code="BAD_USER_INPUT"',
      'type="upload",operation="datasets",code="BAD_USER_INPUT"',
      'type="openai",operation="embeddings",code="OK"',
      'type="openai",operation="embeddings",code="BAD_USER_INPUT"',
    ])
      await eventually(labels, async () => (await count(labels)) >= 1);
    expect(await metrics()).not.toMatch(/"(One|Two|Three)"/);
  });

  it('has every metric that the Grafana dashboard shows', async () => {
    const client = createClient({
      url: `${api.address.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      lazy: false,
      retryAttempts: 0,
    });
    await eventually('the WebSocket to be counted', async () =>
      /^manyhead_websocket_connections 1$/m.test(await metrics()),
    );
    const told = `${await metrics()}\n${await metrics(workerMetrics)}`;
    await client.dispose();
    const text = await readFile(new URL('../../docs/grafana-dashboard.json', import.meta.url), 'utf8');
    const dashboard: Json = JSON.parse(text);
    const expressions: string[] = dashboard.panels
      .flatMap((panel: Json) => panel.targets ?? [])
      .map((t: Json) => t.expr);
    const names = new Set(expressions.flatMap((each) => each.match(/\b(manyhead|process|nodejs)_\w+/g) ?? []));
    expect(names.size).toBeGreaterThan(25);
    const missing = [...names].filter((name) => !new RegExp(`^${name}(\\{| )`, 'm').test(told));
    expect(missing).toEqual([]);
    const own = new Set(told.match(/^manyhead_\w+?(?=(_bucket|_sum|_count)?(\{| ))/gm));
    const unseen = [...own].filter((name) => ![...names].some((each) => each.startsWith(name)));
    expect(unseen).toEqual([]);
  });

  it('never tells a text, neither where all is well nor where something fails', async () => {
    const secret = 'xylophone';
    await send(EMBED, { texts: [`${secret} embedded`] });
    await send(`{ classify(model: "fruit", texts: ["${secret} classified"]) { text } }`, {});
    await send(`{ embed(texts: ["${secret} ", 7]) { tokens } }`, {});
    await send('query($texts: [Int!]!) { embed(texts: $texts) { tokens } }', { texts: [secret] });
    await send(`{ ${secret} "${secret} `, {});
    await send(TRAIN, {
      input: { model: 'secret', examples: [{ text: secret, labels: [{ task: secret, label: 7 }] }] },
    });
    await fetch(`${api.address}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"query": "${secret}`,
    });
    await upload('secrets', `text,topic\n${secret},a\n,b\n"${secret}`);
    const examples = easyRows().map(({ text, labels }) => ({ text: `${text} ${secret}`, labels }));
    const { job } = await train({ model: 'secret', examples });
    await finished(api.address, job);
    await brokenDataset('secret', secret);
    await send(DATASET, { name: 'secret' });
    const broken = await train({ model: 'secret', dataset: 'secret' });
    await finished(api.address, broken.job);
    await line(worker, { job: broken.job, msg: 'job failed' });
    for (const running of [api.running, worker]) {
      expect(lines(running).length).toBeGreaterThan(10);
      expect(running.said()).not.toMatch(/xylo|phone|Where is|I was|apple|quite a while/);
    }
  });
});
