import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Installation, install, send, talk } from '../access/stage.js';
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
});
