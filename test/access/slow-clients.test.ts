import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphql, type Installation, install, send } from './stage.js';

describe('an API whose clients take their time', () => {
  let home: Installation;
  let api: { address: string };

  beforeAll(async () => {
    home = await install();
    api = await home.start({ HEADERS_TIMEOUT_SECONDS: '1', BODY_TIMEOUT_SECONDS: '2', UPLOAD_MAX_MB: '1' });
  });
  afterAll(() => home.remove());

  /** Sends this, then a letter every now and then. @returns what came back until the server ended it */
  const drip = (start: string): Promise<string> => {
    const { hostname, port } = new URL(api.address);
    return new Promise((resolve) => {
      let heard = '';
      let dripping: NodeJS.Timeout | undefined;
      const socket: Socket = connect(Number(port), hostname, () => {
        socket.write(start);
        dripping = setInterval(() => socket.write('a'), 200);
      });
      socket.on('data', (bytes) => {
        heard += bytes;
      });
      socket.on('error', () => {});
      socket.once('close', () => {
        clearInterval(dripping);
        resolve(heard);
      });
    });
  };

  it('answers others while hundreds of connections send their headers letter by letter, and ends those', async () => {
    const slow = Array.from({ length: 300 }, () => drip('POST /graphql HTTP/1.1\r\nHost: localhost\r\nX-Slow: '));
    const asked = performance.now();
    expect((await graphql(api.address, '{ models { name } }')).status).toBe(200);
    expect(performance.now() - asked).toBeLessThan(1_000);
    const heard = await Promise.all(slow);
    // Who writes on after the end may lose what was said to it.
    const said = new Set(heard.map((each) => each.split('\r\n')[0]).filter(Boolean));
    expect([...said]).toEqual(['HTTP/1.1 408 Request Timeout']);
  });

  it('ends a connection that says nothing at all', async () => {
    const { hostname, port } = new URL(api.address);
    const socket = connect(Number(port), hostname);
    socket.resume();
    await once(socket, 'close');
  });

  it('ends a body that comes letter by letter, on the short way and the other', async () => {
    const heard = await Promise.all(
      ['/graphql', '/graphql?'].map((path) =>
        drip(
          `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{`,
        ),
      ),
    );
    for (const each of heard) expect(each).toMatch(/^HTTP\/1\.1 408/);
    expect((await graphql(api.address, '{ models { name } }')).status).toBe(200);
  });

  it('ends a PUT that comes letter by letter where it is no upload, or was answered', async () => {
    const put = (path: string, type: string) =>
      drip(`PUT ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\nContent-Length: 9000\r\n\r\n`);
    const heard = await Promise.all([
      put('/nothing', 'text/csv'),
      put('/livez', 'text/csv'),
      put('/datasets/x', 'text/x'),
    ]);
    expect(heard.map((each) => each.match(/^HTTP\/1\.1 (\d+)/)?.[1])).toEqual(['404', '404', '415']);
  });

  it('says how large a file may be, whether it tells its size or not', async () => {
    const body = `text,fruit\n${'I like apples very much,apple\n'.repeat(60_000)}`;
    const told = { 'content-type': 'text/csv', 'content-length': String(body.length) };
    const untold = { 'content-type': 'text/csv', 'transfer-encoding': 'chunked' };
    for (const headers of [told, untold]) {
      const reply = await send(`${api.address}/datasets/fruit`, { method: 'PUT', headers, body });
      expect(reply).toMatchObject({
        status: 413,
        code: 'PAYLOAD_TOO_LARGE',
        body: expect.stringContaining('at most 1 MB (UPLOAD_MAX_MB)'),
      });
    }
    expect((await graphql(api.address, '{ dataset(name: "fruit") { rows } }')).body).toContain('null');
  });
});

describe('an API whose disk takes its time', () => {
  let home: Installation;
  let api: { address: string };
  let slowDisk = '';

  beforeAll(async () => {
    home = await install();
    slowDisk = join(home.folder, 'slow-disk');
    api = await home.start({
      BODY_TIMEOUT_SECONDS: '1',
      NODE_OPTIONS: `--import=${new URL('slow-disk.child.mjs', import.meta.url)}`,
      SLOW_DISK: slowDisk,
      SOCKET_HASTE: '30',
    });
  });
  afterAll(() => home.remove());

  const whileSlow = async <T>(milliseconds: number, act: () => Promise<T>): Promise<T> => {
    await writeFile(slowDisk, String(milliseconds));
    try {
      return await act();
    } finally {
      await rm(slowDisk);
    }
  };

  it('tells that an upload is stored, however long that takes once it has arrived', async () => {
    const reply = await whileSlow(1_500, () =>
      send(`${api.address}/datasets/fruit`, {
        method: 'PUT',
        headers: { 'content-type': 'text/csv' },
        body: 'text,fruit\nsweet,apple\n',
      }),
    );
    expect(reply).toMatchObject({ status: 200, body: expect.stringContaining('"rows":1') });
  });

  it('ends an upload that stops in the middle all the same', async () => {
    const { hostname, port } = new URL(api.address);
    const socket = connect(Number(port), hostname);
    socket.write(
      'PUT /datasets/fruit HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\nContent-Length: 99\r\n\r\ntext',
    );
    socket.resume();
    await once(socket, 'close');
  });

  it('answers a question in the address that was there at once, however long that takes', async () => {
    const query = encodeURIComponent('{ datasets { name } }');
    const reply = await whileSlow(1_500, () => send(`${api.address}/graphql?query=${query}`));
    expect(reply).toMatchObject({ status: 200, body: expect.stringContaining('fruit') });
  });
});
