import fc, { type Arbitrary } from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphql, type Installation, install, talk } from '../access/stage.js';
import { eventually } from '../eventually.js';
import type { Running } from '../system/stage.js';
import { effort } from './effort.js';

const { requests, seed } = effort(400);
const QUESTION = '{ models { name } }';

describe(`keys that are none (seed ${seed})`, () => {
  let home: Installation;
  let api: { running: Running; address: string };
  const keys: string[] = [];

  beforeAll(async () => {
    home = await install();
    api = await home.start({ RATE_LIMIT_FAILURES: '0' });
    for (const scope of ['read', 'admin']) keys.push(await home.keys('create', scope, '--scope', scope));
    await eventually(
      'the keys to be known',
      async () =>
        (await graphql(api.address, QUESTION)).status === 401 &&
        (await graphql(api.address, QUESTION, { key: keys[1] })).status === 200,
    );
  });
  afterAll(() => home.remove());

  /** Texts that are nearly one of two keys, and texts that are far from it. */
  const wrong = (): Arbitrary<string> => {
    const [read, admin] = keys;
    const key = fc.constantFrom(read, admin);
    const place = fc.nat(read.length - 1);
    const letter = fc.constantFrom(...'0123456789abcdefABCDEF_mh-. ,;=+/%é');
    return fc
      .oneof(
        fc.tuple(key, place, letter).map(([whole, at, other]) => whole.slice(0, at) + other + whole.slice(at + 1)),
        fc.tuple(key, place, letter).map(([whole, at, more]) => whole.slice(0, at) + more + whole.slice(at)),
        fc.tuple(key, place).map(([whole, at]) => whole.slice(0, at) + whole.slice(at + 1)),
        fc.tuple(key, place).map(([whole, at]) => whole.slice(0, at)),
        key.map((whole) => whole.toUpperCase()),
        fc.tuple(key, key).map((both) => both.join(',')),
        fc.tuple(key, key).map(([id, secret]) => id.slice(0, 16) + secret.slice(16)),
        key.map((whole) => `mh_000000000000_${whole.slice(16)}`),
        fc.constantFrom('', 'null', 'undefined', 'true', '{}', '[object Object]', '*', 'mh__', 'a'.repeat(8_000)),
        fc.string({ unit: 'grapheme-ascii' }),
      )
      .filter((text) => !keys.includes(text.trim()));
  };

  it('open nothing over HTTP, whatever they look like and wherever they are', async () => {
    const [, admin] = keys;
    const headers = fc.oneof(
      fc
        .tuple(fc.constantFrom('Bearer ', 'bearer ', 'Basic ', 'Token ', ''), wrong())
        .map(([scheme, text]) => ({ authorization: scheme + text })),
      // The right key where nobody looks for one.
      fc.constantFrom<Record<string, string>>(
        { authorization: `Basic ${Buffer.from(`x:${admin}`).toString('base64')}` },
        { 'x-api-key': admin },
        { cookie: `authorization=Bearer ${admin}` },
        { 'proxy-authorization': `Bearer ${admin}` },
      ),
    );
    await fc.assert(
      fc.asyncProperty(headers, async (given) => {
        const latin = Object.fromEntries(
          Object.entries(given).map(([name, value]) => [name, Buffer.from(value).toString('latin1')]),
        );
        const { status, body } = await graphql(api.address, QUESTION, { headers: latin });
        expect([401, 431]).toContain(status);
        expect(body).not.toContain(admin.slice(16));
      }),
      { seed, numRuns: requests },
    );
  });

  it('open no WebSocket, of whatever type they are', async () => {
    const text = wrong().map((each) => `Bearer ${each}`);
    const payload = fc.oneof(
      fc.record({ authorization: text }),
      fc.record({ Authorization: fc.array(text, { maxLength: 2 }) }),
      fc.record({ authorization: fc.jsonValue() }),
      fc.jsonValue(),
    );
    await fc.assert(
      fc.asyncProperty(payload, async (given) => {
        const { say, ended } = await talk(api.address);
        say({ type: 'connection_init', payload: given });
        say({ type: 'subscribe', id: '1', payload: { query: QUESTION } });
        expect([4400, 4401, 4403]).toContain(await ended);
      }),
      { seed, numRuns: Math.ceil(requests / 4) },
    );
    expect((await graphql(api.address, QUESTION, { key: keys[0] })).status).toBe(200);
    expect(api.running.said()).not.toMatch(/"level":[56]0/);
  });
});
