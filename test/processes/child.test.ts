import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChild } from '#src/processes/child.js';

describe('a process that does not get ready', () => {
  let folder: string;
  let entry: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'manyhead-test-'));
    entry = join(folder, 'stubborn.mjs');
    await writeFile(entry, "process.on('SIGTERM', () => {});\nsetInterval(() => {}, 1000);\n");
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is killed in time, and said to be late', async () => {
    await expect(startChild({ entry, environment: process.env, startsWithin: 500 })).rejects.toThrow(
      'it was not ready within 0.5 s',
    );
  });

  it('is killed where it was given up and does not end by itself', async () => {
    const giving = new AbortController();
    const starting = startChild({ entry, environment: process.env, signal: giving.signal });
    setTimeout(() => giving.abort(), 500);
    await expect(starting).rejects.toThrow('it ended with SIGKILL');
  });
});
