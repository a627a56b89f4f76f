import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type EncoderCounts, newCounts } from '#src/encoder/counts.js';
import { type Encoder, openEncoder } from '#src/encoder/open.js';
import { vectorCache } from '#src/encoder/vector-cache.js';
import { smallFiles, writeFolder } from './random-bert.js';

describe('texts that are asked for more than once', () => {
  let folder: string;
  let counts: EncoderCounts;
  let encoder: Encoder;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'manyhead-shared-'));
    await writeFolder(join(folder, 'small'), smallFiles());
  });
  afterEach(() => encoder.close());
  afterAll(() => rm(folder, { recursive: true }));

  const open = async (cacheBytes: number, queueTokens = 10_000) => {
    counts = newCounts();
    const cache = vectorCache(cacheBytes);
    encoder = await openEncoder({
      folder: join(folder, 'small'),
      threads: 1,
      maxBatchTokens: 256,
      queueTokens,
      cache,
      counts,
    });
    return cache;
  };

  it('are encoded once for all who wait, in one call and in several', async () => {
    await open(0);
    const [a, b] = await Promise.all([encoder.encode(['red', 'blue', 'red']), encoder.encode(['blue', 'green'])]);
    expect(counts).toMatchObject({ encoded: 3, joined: 2, cached: 0 });
    expect(a[2]).toEqual(a[0]);
    expect(b[0]).toEqual(a[1]);
    await encoder.encode(['red']);
    expect(counts.encoded).toBe(4);
  });

  it('are remembered as long as there is room, those asked for last the longest', async () => {
    const cache = await open(3 * 600);
    const [[first]] = [await encoder.encode(['red'])];
    await encoder.encode(['blue']);
    expect((await encoder.encode(['red']))[0]).toEqual(first);
    expect(counts).toMatchObject({ encoded: 2, cached: 1 });
    await encoder.encode(['green', 'a']);
    await encoder.encode(['red']);
    expect(counts).toMatchObject({ encoded: 4, cached: 2 });
    await encoder.encode(['blue']);
    expect(counts).toMatchObject({ encoded: 5 });
    expect(cache.bytes()).toBeLessThanOrEqual(3 * 600);
  });

  it('are still encoded for those who wait on when one of them gives up, and not at all when all do', async () => {
    await open(0);
    const [gone, alsoGone] = [new AbortController(), new AbortController()];
    const busy = encoder.encode(Array.from({ length: 200 }, (_, i) => `red ${'green '.repeat(i % 7)} ${i}`));
    const cancelled = encoder.encode(['blue blue', 'c c c'], { signal: gone.signal });
    const stays = encoder.encode(['blue blue']);
    const both = encoder.encode(['c c c'], { signal: alsoGone.signal });
    gone.abort();
    alsoGone.abort();
    await expect(cancelled).rejects.toThrow('cancelled');
    await expect(both).rejects.toThrow('cancelled');
    expect((await stays)[0].tokens).toBe(4);
    await busy;
    expect(counts.encoded).toBeLessThanOrEqual(201);
    expect(encoder.waitingTokens()).toBe(0);
  });

  it('are not taken for lists of token ids that look the same', async () => {
    await open(10 * 600);
    const [ids] = await encoder.encodeTokens([[5, 6]]);
    const texts = ['5,6', 'tokens 5,6'];
    for (const { vector } of await encoder.encode(texts)) expect(vector).not.toEqual(ids.vector);
    expect((await encoder.encodeTokens([[5, 6]]))[0]).toEqual(ids);
    expect(counts).toMatchObject({ encoded: 3, cached: 1 });
  });

  it('fails at once when too much waits, without a bound on a single call', async () => {
    await open(0, 100);
    const texts = Array.from({ length: 300 }, (_, i) => `red green blue ${'a '.repeat(i % 5)} ${i}`);
    const many = encoder.encode(texts);
    for (; encoder.waitingTokens() < 100; ) await new Promise(setImmediate);
    await expect(encoder.encode(['red'])).rejects.toMatchObject({ code: 'OVERLOADED' });
    expect(counts.refused).toBe(1);
    expect(await many).toHaveLength(300);
    expect((await encoder.encode(['red']))[0].vector).toHaveLength(32);
  });
});
