import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { graphql, type Installation, install, send, talk } from './stage.js';

const NAMES = '{ models { name } }';
const SITE = 'https://app.example.com';
const EVIL = 'https://evil.example.com';

describe('what a browser can be made to do', () => {
  let home: Installation;
  let api: { address: string };
  let host = '';

  beforeAll(async () => {
    home = await install();
    api = await home.start({ CORS_ORIGINS: SITE, ALLOWED_HOSTS: 'gpu-box' });
    host = new URL(api.address).host;
  });
  afterAll(() => home.remove());

  it.each(['/livez', '/graphql', '/nothing', '/metrics', '/'])('is little with an answer of %s', async (path) => {
    const { headers } = await send(api.address + path);
    expect(headers).toMatchObject({
      'cache-control': path === '/' ? 'no-cache' : 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'content-security-policy': expect.stringMatching(/default-src 'none'.*frame-ancestors 'none'/),
    });
    expect(headers['x-powered-by']).toBeUndefined();
  });

  it('is little with an answer of the short way', async () => {
    const { headers } = await graphql(api.address, NAMES);
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it.each(['/graphql', '/graphql?way=long'])(
    'is told that a long answer is for its origin alone, at %s',
    async (path) => {
      const { headers } = await graphql(api.address, 'query($texts: [String!]!) { embed(texts: $texts) { vector } }', {
        path,
        headers: { origin: SITE, 'accept-encoding': 'gzip' },
        variables: { texts: Array.from({ length: 40 }, () => 'a text') },
      });
      expect(headers).toMatchObject({
        'content-encoding': 'gzip',
        'access-control-allow-origin': SITE,
        vary: 'Origin, Accept-Encoding',
      });
    },
  );

  it.each(['/graphql', '/graphql?way=long'])(
    'is answered at length as it is where its sender takes no gzip, at %s',
    async (path) => {
      const { headers, body } = await graphql(
        api.address,
        'query($texts: [String!]!) { embed(texts: $texts) { vector } }',
        {
          path,
          headers: { 'accept-encoding': 'gzip;q=0' },
          variables: { texts: Array.from({ length: 40 }, () => 'a text') },
        },
      );
      expect(headers['content-encoding']).toBeUndefined();
      expect(JSON.parse(body).data.embed).toHaveLength(40);
    },
  );

  it.each([
    ['a form of another site', { 'content-type': 'text/plain', origin: EVIL }],
    ['a form that hides where it comes from', { 'content-type': 'text/plain', origin: 'null' }],
    ['a script of another site', { origin: EVIL }],
    ['an old browser without origins', { 'content-type': 'text/plain', 'sec-fetch-site': 'cross-site' }],
    ['another program on this machine', { origin: 'http://localhost:1' }],
  ])('is not to send a mutation by %s', async (_, headers) => {
    const reply = await graphql(api.address, 'mutation { deleteDataset(name: "x") }', { headers });
    expect(reply).toMatchObject({ status: 403, code: 'ORIGIN_NOT_ALLOWED' });
    expect(reply.headers['access-control-allow-origin']).toBeUndefined();
    const upload = await send(`${api.address}/datasets/x`, {
      method: 'PUT',
      headers: { ...headers, origin: EVIL },
      body: 'text,a\n',
    });
    expect(upload.code).toBe('ORIGIN_NOT_ALLOWED');
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''])(
    'is not to have GraphQL run by a form, as %s',
    async (type) => {
      const reply = await graphql(api.address, NAMES, { headers: { 'content-type': type } });
      expect(reply.status).toBe(400);
      expect(reply.body).not.toContain('"models"');
    },
  );

  it('is not to ask by a link or an image of another site', async () => {
    const url = `${api.address}/graphql?query=${encodeURIComponent(NAMES)}`;
    const ask = (site: string) => send(url, { headers: { 'sec-fetch-site': site, accept: 'image/*' } });
    expect(await ask('cross-site')).toMatchObject({ status: 403, code: 'ORIGIN_NOT_ALLOWED' });
    // Which leads to the page, and to nothing else.
    const page = await send(url, { headers: { 'sec-fetch-site': 'cross-site', accept: 'text/html' } });
    expect(page).toMatchObject({ status: 200, body: expect.stringContaining('<!doctype html>') });
    const query = { accept: 'application/json, text/html;q=0.1', 'sec-fetch-site': 'cross-site' };
    expect((await send(url, { headers: { ...query, 'apollo-require-preflight': '1' } })).code).toBe('UNAUTHENTICATED');
    expect(await ask('same-site')).toMatchObject({ status: 400, body: expect.stringContaining('CSRF') });
  });

  it('is everything for a page of the API itself, and of a site that is listed', async () => {
    expect((await graphql(api.address, NAMES, { headers: { origin: `http://${host}` } })).status).toBe(200);
    const listed = await graphql(api.address, NAMES, { headers: { origin: SITE } });
    expect(listed).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': SITE, vary: 'Origin' } });
    const asking = {
      origin: SITE,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    };
    const before = await send(`${api.address}/graphql`, { method: 'OPTIONS', headers: asking });
    expect(before).toMatchObject({
      status: 204,
      headers: { 'access-control-allow-origin': SITE, 'access-control-allow-headers': 'authorization,content-type' },
    });
    const evil = await send(`${api.address}/graphql`, { method: 'OPTIONS', headers: { ...asking, origin: EVIL } });
    expect(evil.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('is not to call this machine by a name of its own (DNS rebinding), while no key is needed', async () => {
    for (const name of [
      'evil.example.com',
      'evil.example.com:4000',
      'localhost.evil.example.com',
      '127.0.0.1.evil.example.com',
    ])
      expect(await graphql(api.address, NAMES, { headers: { host: name, origin: `http://${name}` } })).toMatchObject({
        status: 403,
        code: 'HOST_NOT_ALLOWED',
      });
    for (const name of [host, 'localhost:1', '[::1]:4000', 'manyhead.localhost', 'gpu-box:4000', '192.168.1.7'])
      expect((await graphql(api.address, NAMES, { headers: { host: name } })).status).toBe(200);
    await expect(talk(api.address, { host: 'evil.example.com', origin: 'http://evil.example.com' })).rejects.toThrow(
      /403/,
    );
  });

  it('is not to open a WebSocket for another site', async () => {
    await expect(talk(api.address, { origin: EVIL })).rejects.toThrow(/refused with 403/);
    await expect(talk(api.address, { origin: 'null' })).rejects.toThrow(/refused with 403/);
    for (const origin of [SITE, `http://${host}`]) (await talk(api.address, { origin })).end();
    const elsewhere = new WebSocket(`${api.address.replace('http', 'ws')}/other`, 'graphql-transport-ws');
    const status = await new Promise((resolve) => {
      elsewhere.once('unexpected-response', (_, response) => resolve(response.statusCode));
      elsewhere.on('error', () => {});
    });
    expect(status).toBe(404);
    elsewhere.terminate();
  });
});
