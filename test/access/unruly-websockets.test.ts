import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { eventually } from '../eventually.js';
import { graphql, type Installation, install, send, talk } from './stage.js';

const CREATE =
  'mutation Create($name: String!) { createDataset(name: $name, examples: [{ text: "a", labels: [] }]) { name } }';

/** A text message as a client sends it (RFC 6455, 5.2). */
function frame(message: object): Buffer {
  const text = Buffer.from(JSON.stringify(message));
  const mask = randomBytes(4);
  const length =
    text.length < 126 ? Buffer.of(0x80 | text.length) : Buffer.of(0x80 | 126, text.length >> 8, text.length & 255);
  return Buffer.concat([Buffer.of(0x81), length, mask, text.map((byte, at) => byte ^ mask[at % 4])]);
}

describe('a WebSocket whose client does as it likes', () => {
  let home: Installation;
  let address: string;
  let admin: string;
  beforeAll(async () => {
    home = await install();
    admin = await home.keys('create', 'boss', '--scope', 'admin');
    ({ address } = await home.start());
  });
  afterAll(() => home.remove());

  /** Says what it wants, and hears nothing. */
  const deaf = async (): Promise<Socket> => {
    const { hostname, port, host } = new URL(address);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.on('error', () => {}).resume();
    socket.write(
      `GET /graphql HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
    );
    return socket;
  };
  const connections = async (): Promise<number> => {
    const { body } = await send(`${address}/metrics`, { key: admin });
    return Number(/^manyhead_websocket_connections (\d+)/m.exec(body)?.[1]);
  };

  it('does nothing more once its key is revoked, though it does not hear that it is to go', async () => {
    const key = await home.keys('create', 'web', '--scope', 'train');
    const isOpen = async () => (await graphql(address, '{ models { name } }', { key })).status === 200;
    await eventually('the key to be known', isOpen);
    const socket = await deaf();
    socket.write(frame({ type: 'connection_init', payload: { authorization: `Bearer ${key}` } }));
    // What comes before the answer to that is refused.
    await delay(500);
    const create = (name: string) =>
      socket.write(frame({ type: 'subscribe', id: name, payload: { query: CREATE, variables: { name } } }));
    create('before');
    const names = async () =>
      JSON.parse((await graphql(address, '{ datasets { name } }', { key: admin })).body).data.datasets.map(
        ({ name }: { name: string }) => name,
      );
    await eventually('the first data set', async () => (await names()).includes('before'));
    await home.keys('revoke', 'web');
    await eventually('the key to open nothing', async () => !(await isOpen()));
    const closed = once(socket, 'close');
    create('after');
    await closed;
    expect(await names()).toEqual(['before']);
  });

  it('is not told its own words again', async () => {
    const client = await talk(address);
    client.say({ type: 'ping', payload: { words: 'x'.repeat(1000) } });
    expect(await client.hears('pong')).toEqual({ type: 'pong' });
    client.end();
  });

  it('cannot have two operations under one id, though it has given up the first', async () => {
    const client = await talk(address);
    client.say({ type: 'connection_init', payload: { authorization: `Bearer ${admin}` } });
    await client.hears('connection_ack');
    const texts = Array.from({ length: 200 }, (_, text) => `text ${text} of many`);
    const query = 'query Embed($texts: [String!]!) { embed(texts: $texts) { dimensions } }';
    client.say({ type: 'subscribe', id: 'a', payload: { query, variables: { texts } } });
    client.say({ type: 'complete', id: 'a' });
    client.say({ type: 'subscribe', id: 'a', payload: { query: 'subscription { trainingJobChanged { id } }' } });
    expect(await client.ended).toBe(4409);
  });

  it('is cut off where it asks for more and more, and takes nothing', async () => {
    await eventually('all others to be gone', async () => (await connections()) === 0);
    const client = new WebSocket(`${address.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await once(client, 'open');
    client.on('error', () => {});
    client.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${admin}` } }));
    await once(client, 'message');
    client.pause();
    const texts = Array.from({ length: 1000 }, (_, text) => `text ${text}`);
    const query = 'query Embed($texts: [String!]!) { embed(texts: $texts) { vector } }';
    for (let id = 0; id < 12; id++) {
      client.send(JSON.stringify({ type: 'subscribe', id: String(id), payload: { query, variables: { texts } } }));
      await delay(50);
    }
    await eventually('it to be cut off', async () => (await connections()) === 0, 30_000);
    client.terminate();
  });
});
