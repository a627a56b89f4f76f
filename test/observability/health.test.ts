import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import express from 'express';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveHealth } from '#src/api/health.js';
import { apiSchema } from '#src/api/schema.js';
import { folderStore } from '#src/artifacts/folder.js';
import { foreignFormat, isUsable } from '#src/artifacts/format.js';
import { type Json, temporaryFolder } from '../system/stage.js';

/** The health of a server whose encoder, queue and data folder do as they are told. */
async function stage(
  queue: () => Promise<void> = async () => {},
  isStorageUsable = async () => true,
  encodes = async () => true,
) {
  const app = express();
  const pretrained = { id: 'abc', base: 'all-MiniLM-L6-v2', precision: 'fp32', encodes } as const;
  const readiness = serveHealth(app, await apiSchema(), {
    encoders: { pretrained },
    queue: { ping: queue },
    isStorageUsable,
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  return {
    readiness,
    get: (path: string) => fetch(`http://127.0.0.1:${port}/${path}`),
    close: () => server.close().closeAllConnections(),
  };
}

describe('a server', () => {
  it('says what it is', async () => {
    const { get, close } = await stage();
    const [about, schema, manifest] = await Promise.all([
      get('version').then((response) => response.json()),
      readFile(new URL('../../schema.graphql', import.meta.url)),
      readFile(new URL('../../package.json', import.meta.url), 'utf8'),
    ]);
    const { name, version }: Json = JSON.parse(manifest);
    expect(about).toEqual({
      name,
      version,
      format: 2,
      node: process.version,
      encoder: { id: 'abc', base: 'all-MiniLM-L6-v2', precision: 'fp32' },
      schema: createHash('sha256').update(schema).digest('hex'),
    });
    close();
  });

  it('that is about to stop is not ready, and lives', async () => {
    const { readiness, get, close } = await stage();
    expect((await get('readyz')).status).toBe(200);
    readiness.leave();
    expect((await get('readyz')).status).toBe(503);
    expect((await get('livez')).status).toBe(200);
    close();
  });

  it('whose data folder is away is not ready, and says no more than that', async () => {
    const { get, close } = await stage(undefined, async () => false);
    const response = await get('readyz');
    expect([response.status, await response.text()]).toEqual([503, 'not ready: the data folder cannot be used\n']);
    close();
  });

  it('whose data folder fails is not ready either, and does not say why', async () => {
    const { get, close } = await stage(undefined, async () => {
      throw new Error('EIO: i/o error, read /secret/path');
    });
    const response = await get('readyz');
    expect([response.status, await response.text()]).toEqual([503, 'not ready: the data folder cannot be used\n']);
    close();
  });

  it('whose queue is away is not ready, and does not say why', async () => {
    const { get, close } = await stage(async () => {
      throw new Error('the secret address of Redis');
    });
    const response = await get('readyz');
    expect([response.status, await response.text()]).toEqual([503, 'not ready: the queue takes no jobs\n']);
    close();
  });

  it('whose encoder does not encode is not ready', async () => {
    const { get, close } = await stage(undefined, undefined, async () => false);
    const response = await get('readyz');
    expect([response.status, await response.text()]).toEqual([503, 'not ready: the encoder fails\n']);
    close();
  });
});

describe('a data folder', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(() => folder.remove());

  it('that was restored while it is in use, without what is unfinished, can be used', async () => {
    const store = folderStore(folder.path);
    await foreignFormat(store);
    await rm(join(folder.path, '.unfinished'), { recursive: true });
    expect(await isUsable(store)).toBe(true);
  });

  it('that is away cannot be used, and is not made anew where it was', async () => {
    const path = join(folder.path, 'data');
    const store = folderStore(path);
    await foreignFormat(store);
    await rename(path, join(folder.path, 'away'));
    expect(await isUsable(store)).toBe(false);
    await rename(join(folder.path, 'away'), path);
    expect(await isUsable(store)).toBe(true);
  });
});
