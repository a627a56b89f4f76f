import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Running } from '../system/stage.js';
import { graphql, type Installation, install, send } from './stage.js';

let home: Installation;
let api: { address: string; running: Running };
beforeAll(async () => {
  home = await install();
  api = await home.start();
});
afterAll(() => home.remove());

describe('a body that breaks the rules of HTTP after it has begun', () => {
  /** Sends headers and a first chunk, and then what is no chunk. @returns what came back until the connection was closed */
  const breakOff = async (start: string, type: string, chunk: string): Promise<string> => {
    const { hostname, port } = new URL(api.address);
    const socket = connect(Number(port), hostname);
    let heard = '';
    socket.on('data', (bytes) => {
      heard += bytes;
    });
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => {});
    socket.write(`${start} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n`);
    socket.write(`${chunk.length.toString(16)}\r\n${chunk}\r\n`);
    await delay(100);
    socket.write('zz\r\n');
    await closed;
    return heard;
  };

  it.each([
    ['an upload', 'PUT /datasets/fruit', 'text/csv', 'text,fruit\nsweet,apple\n'],
    ['a query', 'POST /graphql', 'application/json', '{"query":'],
    ['a request for embeddings', 'POST /v1/embeddings', 'application/json', '{"input":'],
  ])('%s, is a mistake of its caller and no error of the server', async (_, start, type, chunk) => {
    expect(await breakOff(start, type, chunk)).toMatch(/^HTTP\/1\.1 400 /);
    expect((await graphql(api.address, '{ datasets { name } }')).body).toContain('[]');
    expect(api.running.said()).not.toMatch(/"level":[56]0/);
  });
});

describe('a body that says it is UTF-8 and is not', () => {
  // `Grüße` in Latin-1: read as UTF-8, the text would have other letters.
  const query = 'query($texts: [String!]!) { embed(texts: $texts) { tokens } }';
  const body = Buffer.from(JSON.stringify({ query, variables: { texts: ['Grüße'] } }), 'latin1');

  it.each([
    ['on the short way', '/graphql', {}],
    ['on the other', '/graphql?way=long', {}],
    ['in chunks', '/graphql', { 'transfer-encoding': 'chunked' }],
  ])('is refused, and not embedded as another text: %s', async (_, path, more) => {
    const headers = { 'content-type': 'application/json', ...more };
    expect(await send(api.address + path, { method: 'POST', headers, body })).toMatchObject({
      status: 400,
      code: 'BAD_REQUEST',
      body: expect.stringContaining('its body is not UTF-8'),
    });
  });

  it('is refused as a request for embeddings, too', async () => {
    const asked = Buffer.from(JSON.stringify({ model: 'all-MiniLM-L6-v2', input: 'Grüße' }), 'latin1');
    const headers = { 'content-type': 'application/json' };
    expect(await send(`${api.address}/v1/embeddings`, { method: 'POST', headers, body: asked })).toMatchObject({
      status: 400,
      body: expect.stringContaining('the body is not UTF-8'),
    });
  });

  it('is read where it says what it is', async () => {
    const utf16 = Buffer.from(JSON.stringify({ query, variables: { texts: ['Grüße'] } }), 'utf16le');
    const headers = { 'content-type': 'application/json; charset=utf-16le' };
    expect((await send(`${api.address}/graphql`, { method: 'POST', headers, body: utf16 })).body).toContain('tokens');
  });
});

describe('a body of another form than it may have', () => {
  const json = Buffer.from('{"query":"{ models { name } }","model":"all-MiniLM-L6-v2","input":"a"}');
  const ways = ['/graphql', '/v1/embeddings'];

  // The brackets of 400,000 lists, and no byte of them a bracket: unpacked and decoded they would take seconds.
  const hidden = gzipSync(Buffer.from(`{"query":"{ models { name } }","variables":{"a":${'+AFs-'.repeat(400_000)}`));

  it.each([
    ['UTF-7', 'utf-7', json, {}],
    ['UTF-7 of mail', 'utf-7-imap', json, {}],
    ['UTF-7 that hides what is in it', 'utf-7', hidden, { 'content-encoding': 'gzip' }],
    ['UTF-32', 'utf-32', json, {}],
    ['no way to write UTF-8', '"utf--8"', Buffer.from('{"query":"Gr\xfc\xdfe"}', 'latin1'), {}],
    ['Latin-1', 'iso-8859-1', json, {}],
    ['nothing', 'utf-nothing', json, {}],
  ])('is refused before it is decoded: a charset that is %s', async (_, charset, body, more) => {
    for (const path of ways) {
      const headers = { 'content-type': `application/json; charset=${charset}`, ...more };
      const refused = await send(api.address + path, { method: 'POST', headers, body });
      expect(refused).toMatchObject({ status: 415, code: expect.stringMatching(/^unsupported_media_type$/i) });
      expect(refused.body).toContain(`The charset is \\"${charset.replaceAll('"', '')}\\": send JSON in UTF-8.`);
    }
  });

  it('is refused with the forms that are read, where it is compressed as nothing known', async () => {
    for (const path of ways) {
      const headers = { 'content-type': 'application/json', 'content-encoding': 'lzma' };
      expect(await send(api.address + path, { method: 'POST', headers, body: json })).toMatchObject({
        status: 415,
        code: expect.stringMatching(/^unsupported_media_type$/i),
        body: expect.stringContaining('as gzip, deflate or br'),
      });
    }
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('is as large as its bytes are unpacked: %s', async (encoding, compress) => {
    const headers = { 'content-type': 'application/json', 'content-encoding': encoding };
    const asked = { method: 'POST', headers };
    const body = compress(Buffer.from(JSON.stringify({ query: '{ models { name } }', a: 'x'.repeat(65 * 2 ** 20) })));
    expect(body.length).toBeLessThan(2 ** 20);
    expect(await send(`${api.address}/graphql`, { ...asked, body })).toMatchObject({
      status: 413,
      code: 'PAYLOAD_TOO_LARGE',
    });
    expect(await send(`${api.address}/graphql`, { ...asked, body: compress(json) })).toMatchObject({ status: 200 });
  });
});

describe('a body with lists or objects that are too deep to be shown', () => {
  const lists = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  const objects = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

  it.each([
    ['model', 'a list', `{"model":${lists(5_000)},"input":"x"}`],
    ['input', 'an object', `{"model":"all-MiniLM-L6-v2","input":${objects(5_000)}}`],
  ])('is told their kind, as a request for embeddings: %s', async (field, kind, body) => {
    const headers = { 'content-type': 'application/json' };
    const refused = await send(`${api.address}/v1/embeddings`, { method: 'POST', headers, body });
    expect(refused).toMatchObject({ status: 400, body: expect.stringContaining(`${field} is ${kind}: give a `) });
  });

  it.each([
    ['text', 'a list', `{"text":${lists(8_000)},"fruit":"apple"}\n`],
    ['fruit', 'an object', `{"text":"sweet","fruit":${objects(8_000)}}\n`],
  ])('is told their kind, as a file: %s', async (column, kind, body) => {
    const headers = { 'content-type': 'application/x-ndjson' };
    const refused = await send(`${api.address}/datasets/deep`, { method: 'PUT', headers, body });
    expect(refused).toMatchObject({
      status: 400,
      code: 'BAD_USER_INPUT',
      body: expect.stringContaining(`column \\"${column}\\" is ${kind}: `),
    });
  });
});

describe('an address', () => {
  it.each(['a:99999', '1.2.3.4.5', '@'])('may have a host that is none: %s', async (host) => {
    const there = `http://${host}`;
    const query = encodeURIComponent('{ models { name } }');
    const asked = await send(api.address, {
      headers: { 'apollo-require-preflight': '1' },
      target: `${there}/graphql?query=${query}`,
    });
    const stored = await send(api.address, {
      method: 'PUT',
      headers: { 'content-type': 'text/csv' },
      target: `${there}/datasets/fruit?text=review`,
      body: 'review,fruit\nsweet,apple\n',
    });
    expect([asked.status, stored.status]).toEqual([200, 200]);
    expect(api.running.said()).not.toMatch(/"level":[56]0/);
  });

  it.each([
    ['leads out of its folder', '/assets/..%2f..%2fpackage.json', 404, 'There is nothing here.'],
    ['is not UTF-8', '/assets/%ff', 400, 'The request could not be read: its address is broken.'],
  ])('that %s is told so, and nothing of a body', async (_, path, status, message) => {
    expect(await send(api.address + path)).toMatchObject({ status, body: expect.stringContaining(message) });
  });
});
