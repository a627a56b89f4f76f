import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphql, type Installation, install, send, talk } from '../access/stage.js';
import { eventually } from '../eventually.js';
import { data, easyRows, finished, type Json, type Running, startWorker, TRAIN } from '../system/stage.js';
import { startCollector } from './collector.js';

describe('what is told of a request, however it was asked', () => {
  let home: Installation;
  let collector: Awaited<ReturnType<typeof startCollector>>;
  let api: { running: Running; address: string };
  let worker: Running;

  beforeAll(async () => {
    [home, collector] = await Promise.all([install(), startCollector()]);
    const more = {
      LOG_LEVEL: 'debug',
      // Counted in Redis, which takes a moment.
      RATE_LIMIT_REQUESTS: '100000',
      SLOW_REQUEST_MS: '60000',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_BSP_SCHEDULE_DELAY: '100',
    };
    [api, worker] = await Promise.all([home.start(more), startWorker({ ...home.environment })]);
  });
  afterAll(async () => {
    await worker.end('SIGKILL');
    collector.close();
    await home.remove();
  });

  const count = async (type: string, operation: string, code: string): Promise<number> => {
    const { body } = await send(`${api.address}/metrics`);
    const labels = `type="${type}",operation="${operation}",code="${code}"`;
    const found = body.split('\n').find((each) => each.startsWith(`manyhead_request_seconds_count{${labels}}`));
    return Number(found?.split(' ')[1] ?? 0);
  };
  const line = (what: Json): Promise<Json> =>
    eventually(`a line of the log with ${JSON.stringify(what)}`, async () =>
      api.running
        .said()
        .split('\n')
        .filter((each) => each.startsWith('{'))
        .map((each) => JSON.parse(each))
        .find((each) => Object.entries(what).every(([key, value]) => each[key] === value)),
    );

  it('counts what is refused after its caller has ended it, over a WebSocket', async () => {
    const before = await count('unknown', 'unknown', 'GRAPHQL_VALIDATION_FAILED');
    const client = await talk(api.address);
    client.say({ type: 'connection_init' });
    await client.hears('connection_ack');
    for (let id = 1; id <= 20; id++) {
      client.say({ type: 'subscribe', id: String(id), payload: { query: '{ nothing }' } });
      client.say({ type: 'complete', id: String(id) });
    }
    await eventually(
      'all of them to be counted',
      async () => (await count('unknown', 'unknown', 'GRAPHQL_VALIDATION_FAILED')) === before + 20,
      5_000,
    );
    client.end();
  });

  it('counts what is refused after its caller has left, too', async () => {
    const before = await count('unknown', 'unknown', 'GRAPHQL_VALIDATION_FAILED');
    for (let i = 0; i < 20; i++) {
      const client = await talk(api.address);
      client.say({ type: 'connection_init' });
      await client.hears('connection_ack');
      client.say({ type: 'subscribe', id: '1', payload: { query: '{ nothing }' } });
      client.end();
    }
    await eventually(
      'all of them to be counted',
      async () => (await count('unknown', 'unknown', 'GRAPHQL_VALIDATION_FAILED')) === before + 20,
      5_000,
    );
  });

  it('counts as gone whose caller left while its answer was written', async () => {
    const before = await count('query', 'embed', 'GONE');
    // More than what lies between the two can hold.
    const vectors = Array.from({ length: 10 }, (_, name) => `v${name}: vector`).join(' ');
    const texts = Array.from({ length: 1000 }, (_, text) => `"${text}"`).join();
    const query = `{ embed(texts: [${texts}]) { ${vectors} } }`;
    const asking = request(`${api.address}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
    asking.on('error', () => {});
    asking.end(JSON.stringify({ query }));
    const [answer] = await once(asking, 'response');
    answer.on('error', () => {});
    answer.once('data', () => asking.destroy());
    await eventually('it to be counted', async () => (await count('query', 'embed', 'GONE')) === before + 1, 40_000);
  });

  it('tells the texts and tokens of an explanation', async () => {
    const { train } = await data(api.address, TRAIN, { input: { model: 'fruit', examples: easyRows() } });
    expect(await finished(api.address, train.id)).toMatchObject({ status: 'SUCCEEDED' });
    const query = '{ explain(model: "fruit", task: "fruit", text: "An apple a day") { row } }';
    const { headers } = await graphql(api.address, query);
    const request = headers['x-request-id'];
    expect(await line({ request, msg: 'request answered' })).toMatchObject({
      operation: 'explain',
      texts: 1,
      tokens: 6,
    });
    const span = await eventually('its span', async () =>
      collector.spans().find(({ attributes }) => attributes.request === request),
    );
    expect(span).toMatchObject({ name: 'query explain', attributes: { texts: 1, tokens: 6 } });
  });

  it('traces a question in the address as one in a body, and counts those that are refused before they are read', async () => {
    const [trace, caller] = ['0af7651916cd43dd8448eb211c80319d', 'b7ad6b7169203332'];
    const address = `${api.address}/graphql?query=${encodeURIComponent('{ embed(texts: ["a"]) { tokens } }')}`;
    const traceparent = `00-${trace}-${caller}-01`;
    const reply = await send(address, { headers: { traceparent } });
    expect(reply.status).toBe(200);
    const span = await eventually('its span', async () => collector.spans().find(({ traceId }) => traceId === trace));
    expect(span).toMatchObject({ name: 'query embed', kind: 2, parentSpanId: caller });
    expect((await send(`${address}&variables={`)).status).toBe(400);
    await eventually('it to be counted', async () => (await count('unknown', 'unknown', 'HTTP_400')) === 1, 5_000);
  });

  it('traces no page, and nothing that asks whether it lives', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319e-b7ad6b7169203333-01';
    const headers = { accept: 'text/html', traceparent };
    for (const path of ['/', '/livez', '/readyz', '/graphql'])
      expect((await send(api.address + path, { headers })).status).toBe(200);
    expect((await send(`${api.address}/assets/nothing`, { headers })).status).toBe(404);
    const last = await graphql(api.address, '{ embed(texts: ["last"]) { tokens } }', { headers: { traceparent } });
    expect(last.status).toBe(200);
    const spans = () => collector.spans().filter(({ traceId }) => traceparent.includes(traceId));
    await eventually('the last span', async () => spans().some(({ name }) => name === 'query embed'));
    expect(spans()).toHaveLength(1);
    expect(await count('unknown', 'unknown', 'HTTP_404')).toBe(0);
  });
});
