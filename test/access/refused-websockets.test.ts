import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.js';
import type { Running } from '../system/stage.js';
import { graphql, type Installation, install } from './stage.js';

describe('WebSockets that are refused', () => {
  let home: Installation;
  let api: { address: string; running: Running };
  beforeAll(async () => {
    home = await install();
    api = await home.start();
  });
  afterAll(() => home.remove());

  const open = async (): Promise<number> => (await readdir(`/proc/${api.running.child.pid}/fd`)).length;

  /** Asks for a WebSocket as no page of ours does, says something all the same, and goes. @returns the status line */
  const refused = async (path: string, origin: string): Promise<string> => {
    const { hostname, port, host } = new URL(api.address);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${origin}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
    );
    // More than is read in passing, so that its end would have to be read for.
    socket.write(Buffer.alloc(300_000));
    const [answer] = await once(socket, 'data');
    socket.on('error', () => {});
    socket.end();
    await delay(5);
    socket.destroy();
    return String(answer).split('\r\n')[0];
  };

  it('leave no connection open', async () => {
    await graphql(api.address, '{ models { name } }');
    const before = await open();
    const said = new Set<string>();
    for (let i = 0; i < 40; i++) {
      said.add(await refused('/graphql', 'https://evil.example.com'));
      said.add(await refused('/nothing', api.address));
    }
    expect([...said].sort()).toEqual(['HTTP/1.1 403 Forbidden', 'HTTP/1.1 404 Not Found']);
    await eventually('all of them to be closed', async () => (await open()) <= before + 5);
  });
});
