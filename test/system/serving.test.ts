import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { talk } from '../access/stage.js';
import { eventually } from '../eventually.js';
import { kinds, type RunningQueue } from '../queue/kinds.js';
import { ask, data, type Json, type Running, settingsOver, startApi, temporaryFolder } from './stage.js';

const embedded = kinds.find(({ name }) => name === 'embedded') ?? kinds[0];
const EMBED = 'query Embed($texts: [String!]!) { embed(texts: $texts) { vector } }';

/** Texts that nobody asked for before. */
let counter = 0;
const fresh = (count: number, words = 30): string[] =>
  Array.from({ length: count }, () => `${counter++} ${'a plain word or two '.repeat(Math.ceil(words / 5))}`);

describe('an API with little room', () => {
  let queue: RunningQueue;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let api: { running: Running; address: string };

  beforeAll(async () => {
    queue = await embedded.prepare();
    folder = await temporaryFolder();
    const environment: Record<string, string> = {
      ...settingsOver(queue, folder.path),
      ENCODER_QUEUE_TOKENS: '2000',
    };
    api = await startApi(environment);
  });
  afterAll(async () => {
    await api.running.end('SIGKILL');
    await queue.remove();
    await folder.remove();
  });

  const metric = async (name: string): Promise<number> => {
    const text = await (await fetch(`${api.address}/metrics`)).text();
    return Number(text.match(new RegExp(`^manyhead_encoder_${name} (\\S+)`, 'm'))?.[1]);
  };

  it('gives the same numbers in base64 as in JSON', async () => {
    const both = await data(
      api.address,
      '{ json: embed(texts: ["Hello"]) { vector } base64: embed(texts: ["Hello"], encoding: BASE64) { vector dimensions } }',
    );
    const bytes = Buffer.from(both.base64[0].vector, 'base64');
    expect(bytes.length).toBe(4 * both.base64[0].dimensions);
    both.json[0].vector.forEach((number: number, i: number) => {
      expect(Math.abs(number - bytes.readFloatLE(4 * i))).toBeLessThanOrEqual(5.1e-10);
    });
  });

  it('encodes a text once for all who ask for it', async () => {
    const [text] = fresh(1);
    const before = await metric('texts_encoded_total');
    const answers = await Promise.all(Array.from({ length: 10 }, () => data(api.address, EMBED, { texts: [text] })));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await metric('texts_encoded_total')).toBe(before + 1);
    expect((await metric('cache_hits_total')) + (await metric('texts_joined_total'))).toBeGreaterThanOrEqual(9);
  });

  it('turns requests away at once when too much waits, and is well again right after', async () => {
    const large = data(api.address, EMBED, { texts: fresh(400) });
    await eventually('the queue to be full', async () => (await metric('waiting_tokens')) >= 2000, 20_000);
    const asked = performance.now();
    const response = await fetch(`${api.address}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: EMBED, variables: { texts: ['hello'] } }),
    });
    expect(performance.now() - asked).toBeLessThan(1_000);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    const { errors }: Json = await response.json();
    expect(errors[0]).toMatchObject({ extensions: { code: 'OVERLOADED' } });
    expect(errors[0].message).toMatch(/tokens wait to be encoded, and at most 2000 may: try again/);
    expect((await fetch(`${api.address}/readyz`)).status).toBe(200);
    const flood = await Promise.all(Array.from({ length: 300 }, () => ask(api.address, EMBED, { texts: fresh(1, 5) })));
    expect(flood.filter(({ status }) => status !== 200 && status !== 503)).toEqual([]);
    expect((await large).embed).toHaveLength(400);
    await eventually('it to be well', async () => (await ask(api.address, EMBED, { texts: ['hi'] })).status === 200);
    expect(await metric('requests_refused_total')).toBeGreaterThan(0);
  });

  it('lets a short request go ahead of the rest of a long one', async () => {
    const long = data(api.address, EMBED, { texts: fresh(38, 40) });
    const ends: string[] = [];
    void long.then(() => ends.push('long'));
    await data(api.address, EMBED, { texts: fresh(1, 5) }).then(() => ends.push('short'));
    await long;
    expect(ends[0]).toBe('short');
  });

  it('forgets the texts of a caller that has gone away', async () => {
    const before = await metric('texts_encoded_total');
    const body = JSON.stringify({ query: EMBED, variables: { texts: fresh(300, 60) } });
    const gone = request(`${api.address}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' } });
    gone.on('error', () => {});
    gone.end(body);
    await eventually('it to begin', async () => (await metric('waiting_tokens')) > 0, 20_000);
    gone.destroy();
    await eventually('its texts to leave the queue', async () => (await metric('waiting_tokens')) === 0, 5_000);
    expect((await metric('texts_encoded_total')) - before).toBeLessThan(250);
  });

  it('compresses a long answer for who accepts it, and a short one for nobody', async () => {
    const encoding = async (texts: string[], accepted: string) => {
      const response = await fetch(`${api.address}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'accept-encoding': accepted },
        body: JSON.stringify({ query: EMBED, variables: { texts } }),
      });
      expect(JSON.parse(await response.text()).data.embed).toHaveLength(texts.length);
      return response.headers.get('content-encoding');
    };
    expect(await encoding(fresh(20, 5), 'gzip')).toBe('gzip');
    expect(await encoding(fresh(20, 5), 'identity')).toBeNull();
    expect(await encoding(fresh(1, 5), 'gzip')).toBeNull();
  });

  it('tells who asks for a subscription over HTTP where it belongs, whatever else is wrong with it', async () => {
    const over = async (query: string) => (await ask(api.address, query)).errors;
    expect(await over('subscription { trainingJobChanged { id } }')).toMatchObject([
      { message: expect.stringContaining('WebSocket'), extensions: { code: 'BAD_REQUEST' } },
    ]);
    expect(await over('subscription { trainingJobChanged @skip(if: 1) { id } }')).toMatchObject([
      { message: expect.stringContaining('"if"'), extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
    ]);
  });

  it('gives no more numbers than an answer can hold', async () => {
    const [{ message, extensions }] = (
      await ask(
        api.address,
        'query Many($texts: [String!]!) { embed(texts: $texts, dimensions: 4096, projection: RANDOM) { vector } }',
        { texts: Array.from({ length: 1025 }, () => 'the same') },
      )
    ).errors;
    expect(extensions).toEqual({ code: 'BAD_USER_INPUT', field: 'dimensions' });
    expect(message).toContain('4194304 numbers');
  });

  it.each([
    ['GRAPHQL_PARSE_FAILED', { query: '{ models {' }],
    ['GRAPHQL_VALIDATION_FAILED', { query: '{ nothing }' }],
    ['BAD_USER_INPUT', { query: EMBED, variables: { texts: 1 } }],
    ['BAD_USER_INPUT', { query: EMBED }],
    ['OPERATION_RESOLUTION_FAILURE', { query: 'query A { models { name } } query B { models { name } }' }],
    ['OPERATION_RESOLUTION_FAILURE', { query: 'query A { models { name } }', operationName: 'C' }],
  ])('tells %s by the same words over HTTP and WebSocket', async (code, request) => {
    const response = await fetch(`${api.address}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    });
    const { errors }: Json = await response.json();
    expect(errors[0].extensions.code).toBe(code);
    const client = await talk(api.address);
    client.say({ type: 'connection_init' });
    await client.hears('connection_ack');
    client.say({ type: 'subscribe', id: '1', payload: request });
    expect((await client.hears('error')).payload).toEqual(errors);
    client.end();
  });

  it('ends the WebSocket of a client that breaks the protocol, and keeps that out of the log', async () => {
    const endOf = async (frames: readonly (string | Buffer)[]): Promise<number> => {
      const socket = new WebSocket(`${api.address.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
      socket.on('error', () => {});
      const closed = once(socket, 'close');
      await once(socket, 'open');
      for (const frame of frames) socket.send(frame, { binary: false });
      const [code] = await closed;
      return code;
    };
    const init = JSON.stringify({ type: 'connection_init' });
    expect(await endOf(['{'])).toBe(4400);
    expect(await endOf([init, JSON.stringify({ type: 'connection_ack' })])).toBe(4400);
    expect(await endOf([Buffer.from([0xff])])).toBe(1007);
    const unwanted = api.running
      .said()
      .split('\n')
      .filter((line) => line !== '' && !/^\{.*"level":(10|20|30|40)/.test(line));
    expect(unwanted).toEqual([]);
  });
});
