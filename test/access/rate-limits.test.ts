import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.js';
import { kinds, type RunningQueue } from '../queue/kinds.js';
import { temporaryFolder } from '../system/stage.js';
import { graphql, type Installation, install, type Reply, type Sent, send, startBeside, talk } from './stage.js';

const NAMES = '{ models { name } }';
const EMBED = 'query Embed($texts: [String!]!) { embed(texts: $texts) { dimensions } }';
const texts = (count: number) => ({ texts: Array.from({ length: count }, (_, i) => `text ${i}`) });

/** Asks until the limit is reached. @returns what was answered then, and how many were let through */
async function untilLimited(ask: () => Promise<Reply>, most = 100): Promise<{ reply: Reply; through: number }> {
  for (let through = 0; through < most; through++) {
    const reply = await ask();
    if (reply.status === 429) return { reply, through };
  }
  throw new Error(`${most} requests were let through`);
}

/** Asks for a WebSocket, as the headers of a request. */
const WEBSOCKET = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

/** What a browser may ask for, one after the other. */
const PAGES = ['/', '/runs', '/runs/one', '/models', '/data', '/train', '/assets/nothing.js', '/favicon.ico'];

async function expectFree(address: string, path: string, sent: Sent): Promise<void> {
  const { status, headers } = await send(address + path, sent);
  expect([path, status === 429, headers.ratelimit]).toEqual([path, false, undefined]);
}

describe('limits of an API that stands alone', () => {
  let home: Installation;
  let api: { address: string };
  let key = '';
  let other = '';

  beforeAll(async () => {
    home = await install();
    key = await home.keys('create', 'busy', '--scope', 'read');
    other = await home.keys('create', 'quiet', '--scope', 'read');
    api = await home.start({
      RATE_LIMIT_REQUESTS: '20',
      RATE_LIMIT_TEXTS: '50',
      RATE_LIMIT_FAILURES: '3',
      WEBSOCKET_MAX_CONNECTIONS: '3',
      WEBSOCKET_MAX_SUBSCRIPTIONS: '2',
    });
  });
  afterAll(() => home.remove());

  it('refuse more texts than a minute has for good, and count none of them', async () => {
    const wide = texts(51);
    const refused = await graphql(api.address, EMBED, { key, variables: wide });
    expect(refused).toMatchObject({
      status: 400,
      code: 'TOO_MANY_TEXTS',
      body: expect.stringContaining('has 51 texts, and there may be at most 50 a minute'),
    });
    const overThere = await send(`${api.address}/v1/embeddings`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      key,
      body: JSON.stringify({ model: 'all-MiniLM-L6-v2', input: wide.texts }),
    });
    expect(overThere).toMatchObject({ status: 400, code: 'too_many_texts' });
    for (const reply of [refused, overThere]) expect(reply.headers['retry-after']).toBeUndefined();
  });

  it('count the texts of a key, and tell when to come back', async () => {
    const ask = () => graphql(api.address, EMBED, { key, variables: texts(20) });
    const { reply, through } = await untilLimited(ask);
    expect(through).toBe(2);
    expect(reply).toMatchObject({ code: 'RATE_LIMITED', body: expect.stringContaining('at most 50 a minute') });
    expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(reply.headers['retry-after'])).toBeLessThanOrEqual(60);
  });

  it('count the requests of a key, say how many are left, and leave other keys alone', async () => {
    const { reply } = await untilLimited(() => graphql(api.address, NAMES, { key }));
    expect(reply).toMatchObject({ code: 'RATE_LIMITED', body: expect.stringContaining('at most 20 a minute') });
    expect(reply.headers.ratelimit).toMatch(/^"requests";r=0;t=\d+$/);
    expect(reply.headers['ratelimit-policy']).toBe('"requests";q=20;w=60');
    expect((await send(`${api.address}/metrics`, { key })).status).toBe(429);
    const quiet = await graphql(api.address, NAMES, { key: other });
    expect(quiet.status).toBe(200);
    expect(quiet.headers.ratelimit).toMatch(/^"requests";r=19;t=60$/);
  });

  it('hold on a WebSocket, too', async () => {
    const client = await talk(api.address);
    client.say({ type: 'connection_init', payload: { authorization: `Bearer ${key}` } });
    await client.hears('connection_ack');
    client.say({ type: 'subscribe', id: '1', payload: { query: NAMES } });
    expect((await client.hears('error')).payload[0].extensions.code).toBe('RATE_LIMITED');
    client.end();
    await client.ended;
  });

  it('let few keys that open nothing be tried from one address, and go on letting in those that do', async () => {
    const wrong = `mh_000000000001_${'0'.repeat(64)}`;
    const { reply, through } = await untilLimited(() => graphql(api.address, NAMES, { key: wrong }));
    expect(through).toBe(3);
    expect(reply.code).toBe('RATE_LIMITED');
    expect((await graphql(api.address, NAMES, { key: other })).status).toBe(200);
  });

  it('keep the WebSockets of a key and of an address few', async () => {
    const open = await Promise.all(Array.from({ length: 3 }, () => talk(api.address)));
    const refused = await send(`${api.address}/graphql`, { headers: WEBSOCKET });
    expect(refused).toMatchObject({
      status: 429,
      code: 'RATE_LIMITED',
      body: expect.stringContaining('are 3 WebSockets'),
    });
    expect(refused.headers['retry-after']).toBe('5');
    for (const client of open) client.end();
    await Promise.all(open.map(({ ended }) => ended));
    const again = await eventually('room again', () => talk(api.address).catch(() => undefined));
    again.end();
    await again.ended;
  });

  it('keep what the WebSockets of a key have going few', async () => {
    const client = await eventually('room', () => talk(api.address).catch(() => undefined));
    client.say({ type: 'connection_init', payload: { authorization: `Bearer ${other}` } });
    await client.hears('connection_ack');
    for (const id of ['1', '2', '3'])
      client.say({ type: 'subscribe', id, payload: { query: 'subscription { trainingJobChanged { id } }' } });
    const refused = await client.hears('error');
    expect(refused).toMatchObject({ id: '3', payload: [{ extensions: { code: 'RATE_LIMITED' } }] });
    client.end();
  });

  it('close a WebSocket that says nothing, and one that says too much', async () => {
    const silent = await talk(api.address);
    const loud = await talk(api.address);
    loud.say({ type: 'connection_init', payload: { noise: 'x'.repeat(2 ** 20) } });
    expect(await loud.ended).toBe(1009);
    expect(await silent.ended).toBe(4408);
  });
});

describe('the limit of an address', () => {
  let home: Installation;
  beforeAll(async () => {
    home = await install();
    await home.keys('create', 'somebody', '--scope', 'read');
  });
  afterAll(() => home.remove());

  it('counts requests without a key', async () => {
    const { address } = await home.start({ RATE_LIMIT_ADDRESS: '5' });
    const { reply, through } = await untilLimited(() => graphql(address, NAMES));
    expect(through).toBe(5);
    expect(reply).toMatchObject({ code: 'RATE_LIMITED', body: expect.stringContaining('from one address, at most 5') });
    expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
    expect((await send(`${address}/livez`)).status).toBe(200);
  });

  it('counts no pages, nor what they load, and nor does the limit of a key that is sent along', async () => {
    const key = await home.keys('create', 'reader', '--scope', 'read');
    const { address } = await home.start({ RATE_LIMIT_ADDRESS: '5', RATE_LIMIT_REQUESTS: '5', TRUST_PROXY: '1' });
    const headers = { 'x-forwarded-for': '203.0.113.10' };
    for (const path of PAGES) await expectFree(address, path, { headers, key });
    expect((await untilLimited(() => graphql(address, NAMES, { headers, key }))).through).toBe(5);
    for (const path of PAGES) await expectFree(address, path, { headers });
  });

  it('counts WebSockets that are asked for', async () => {
    const { address } = await home.start({ RATE_LIMIT_ADDRESS: '5', TRUST_PROXY: '1' });
    const headers = { 'x-forwarded-for': '203.0.113.9' };
    for (let i = 0; i < 5; i++) (await talk(address, headers)).end();
    await expect(talk(address, headers)).rejects.toThrow(/refused with 429/);
    expect((await graphql(address, NAMES, { headers })).status).toBe(429);
  });
});

const redis = kinds.find(({ name }) => name === 'on Redis') ?? kinds[0];

describe.skipIf(redis.missing)('limits of several APIs on one Redis', () => {
  let queue: RunningQueue;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let home: Installation;

  beforeAll(async () => {
    queue = await redis.prepare();
    folder = await temporaryFolder();
    home = startBeside(queue, folder);
  });
  afterAll(() => home.remove());

  it('are counted together, and by each alone while Redis is away', async () => {
    const key = await home.keys('create', 'busy', '--scope', 'read');
    const [one, two] = await Promise.all([
      home.start({ RATE_LIMIT_REQUESTS: '10' }),
      home.start({ RATE_LIMIT_REQUESTS: '10' }),
    ]);
    const addresses = [one.address, two.address];
    let turn = 0;
    const ask = () => graphql(addresses[turn++ % 2], NAMES, { key });
    expect((await untilLimited(ask)).through).toBe(10);
    queue.freeze();
    const asked = performance.now();
    expect((await graphql(one.address, NAMES, { key })).status).toBe(200);
    expect(performance.now() - asked).toBeLessThan(1_000);
    queue.thaw();
    await queue.kill();
    // Each counts from the start again: no error, and still a limit.
    await eventually('Redis to be missed', () => /limits are counted by each process alone/.test(one.running.said()));
    expect((await graphql(one.address, NAMES, { key })).status).toBe(200);
    expect((await untilLimited(() => graphql(one.address, NAMES, { key }))).reply.code).toBe('RATE_LIMITED');
  });
});

describe('limits where no key is needed', () => {
  let home: Installation;
  let limited: { address: string };
  beforeAll(async () => {
    home = await install();
    limited = await home.start({ RATE_LIMIT_ADDRESS: '3', TRUST_PROXY: '1' });
  });
  afterAll(() => home.remove());

  it('are off until somebody sets them, and then count addresses, as a trusted proxy tells them', async () => {
    const free = await home.start();
    const reply = await graphql(free.address, NAMES);
    expect(reply.status).toBe(200);
    expect(reply.headers.ratelimit).toBeUndefined();
    await free.running.end('SIGKILL');
    const { address } = await home.start({ RATE_LIMIT_REQUESTS: '5', TRUST_PROXY: '1' });
    const from = (client: string) => () => graphql(address, NAMES, { headers: { 'x-forwarded-for': client } });
    expect((await untilLimited(from('203.0.113.7'))).through).toBe(5);
    expect((await from('203.0.113.8')()).status).toBe(200);
    // What the client itself has written stands to the left of what the proxy has added.
    expect((await from('198.51.100.1, 203.0.113.7')()).status).toBe(429);
    expect((await untilLimited(from('2001:db8::1'))).through).toBe(5);
    expect((await from('2001:db8:0:0:ffff::2')()).status).toBe(429);
    for (const path of PAGES) await expectFree(address, path, { headers: { 'x-forwarded-for': '203.0.113.11' } });
  });

  it.each([
    ['an IPv4 address', ['198.51.100.2', '198.51.100.2:50001', '198.51.100.2:50002', '::ffff:198.51.100.2']],
    [
      'one written as IPv6',
      ['::ffff:198.51.100.3', '[::FFFF:c633:6403]:50001', '0:0:0:0:0:ffff:c633:6403', '198.51.100.3'],
    ],
    ['an IPv6 address', ['2001:db8:5::1', '[2001:db8:5::2]:50001', '[2001:DB8:5::2]', '2001:0db8:0005:0000:0:0:0:3']],
    ['one of a link', ['fe80::1%eth0', 'fe80::2%eth1', '[fe80::3%eth0]:50001', 'FE80::']],
  ])('count %s once, however a proxy writes it', async (_, forms) => {
    const { address } = limited;
    const from = (client: string) => graphql(address, NAMES, { headers: { 'x-forwarded-for': client } });
    const statuses = [];
    for (const form of forms) statuses.push((await from(form)).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
  });
});
