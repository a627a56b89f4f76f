import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.js';
import { type Installation, install, talk } from './stage.js';

describe('a request that offers another protocol than WebSocket', () => {
  let home: Installation;
  let api: { address: string };
  beforeAll(async () => {
    home = await install();
    api = await home.start();
  });
  afterAll(() => home.remove());

  const query = '{"query":"{ models { name } }"}';
  const offer = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA';
  const asked = (headers: string): string =>
    `POST /graphql HTTP/1.1\r\nHost: localhost\r\n${headers}\r\nContent-Type: application/json\r\nContent-Length: ${query.length}\r\n\r\n`;

  /**
   * Sends a request in parts, and once it is answered another one on the same connection.
   * @returns the two answers
   */
  const exchange = async (...parts: string[]): Promise<string[]> => {
    const { hostname, port } = new URL(api.address);
    const socket = connect(Number(port), hostname);
    socket.setTimeout(10_000, () => socket.destroy());
    let heard = '';
    socket.on('data', (bytes) => {
      heard += bytes;
    });
    for (const part of parts) {
      await new Promise((resolve) => socket.write(part, resolve));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await eventually('an answer', () => heard !== '');
    const first = heard;
    heard = '';
    socket.write('GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    await once(socket, 'close');
    return [first, heard];
  };
  const answered = (body: RegExp): RegExp => new RegExp(`^HTTP/1\\.1 200 OK\r\n(.+\r\n)+\r\n${body.source}`, 's');

  it.each([
    ['with its body at once', [asked(offer) + query]],
    ['with a body that follows', [asked(offer), query]],
    ['with a body that follows in parts', [asked(offer), query.slice(0, 5), query.slice(5)]],
    ['of more than one kind', [asked(offer.replace('h2c', 'h2c, TLS/1.0')) + query]],
  ])('is answered as if it had not, and so is the next one: %s', async (_, parts) => {
    const [first, next] = await exchange(...parts);
    expect(first).toMatch(answered(/\{"data":\{"models":\[\]\}\}\s*$/));
    expect(next).toMatch(answered(/.*$/));
  });

  it.each(['/version', '/livez', '/'])('without a body, too: GET %s', async (path) => {
    const [first, next] = await exchange(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${offer}\r\n\r\n`);
    expect(first).toMatch(answered(/.*/));
    expect(next).toMatch(answered(/.*/));
  });

  it('does not keep WebSockets away', async () => {
    const client = await talk(api.address);
    client.say({ type: 'connection_init' });
    expect(await client.hears('connection_ack')).toBeDefined();
    client.end();
  });
});
