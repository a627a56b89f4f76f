import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Running } from '../system/stage.js';
import { graphql, type Installation, install } from './stage.js';

describe('a body that breaks the rules of HTTP after it has begun', () => {
  let home: Installation;
  let api: { address: string; running: Running };
  beforeAll(async () => {
    home = await install();
    api = await home.start();
  });
  afterAll(() => home.remove());

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
