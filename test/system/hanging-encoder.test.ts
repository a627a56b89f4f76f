import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.js';
import { kinds, type RunningQueue } from '../queue/kinds.js';
import { ask, settingsOver, startApi, temporaryFolder } from './stage.js';

/** Loaded into every thread: those that encode stand still while there is a file of that name. */
const HANGING = `
import { existsSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
const cell = new Int32Array(new SharedArrayBuffer(4));
const hang = () => { while (existsSync(process.env.HANG_WHILE)) Atomics.wait(cell, 0, 0, 20); };
if (!isMainThread) setInterval(hang, 20).unref();
`;

describe('an encoder that hangs', () => {
  let queue: RunningQueue;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let api: Awaited<ReturnType<typeof startApi>>;

  beforeAll(async () => {
    queue = await kinds[0].prepare();
  });
  afterAll(() => queue.remove());
  beforeEach(async () => {
    folder = await temporaryFolder();
    await writeFile(join(folder.path, 'hanging.mjs'), HANGING);
    api = await startApi({
      ...settingsOver(queue, join(folder.path, 'data')),
      ENCODER_QUEUE_TOKENS: '2000',
      NODE_OPTIONS: `--import=${join(folder.path, 'hanging.mjs')}`,
      HANG_WHILE: hangs(),
    });
  });
  afterEach(async () => {
    await api.running.end('SIGKILL');
    await folder.remove();
  });

  const hangs = () => join(folder.path, 'hangs');
  const ready = async (): Promise<string> => (await fetch(`${api.address}/readyz`)).text();
  const hang = async () => {
    await writeFile(hangs(), '');
    await eventually('the API not to be ready', async () => (await ready()) !== 'ok\n', 20_000);
  };
  const encoded = async (): Promise<number> => {
    const metrics = await (await fetch(`${api.address}/metrics`)).text();
    return Number(metrics.match(/^manyhead_encoder_texts_encoded_total (\d+)/m)?.[1]);
  };

  it('makes the API not ready for as long as it hangs, however many ask', async () => {
    const before = await encoded();
    for (let i = 0; i < 5; i++) expect(await ready()).toBe('ok\n');
    expect(await encoded()).toBe(before + 5);
    await hang();
    const begun = performance.now();
    const answers = await Promise.all(Array.from({ length: 200 }, ready));
    expect(new Set(answers)).toEqual(new Set(['not ready: the encoder fails\n']));
    expect(performance.now() - begun).toBeLessThan(5_000);
    await rm(hangs());
    await eventually('the API to be ready', async () => (await ready()) === 'ok\n', 10_000);
    // One that it hung with, one of every check that found it running again; none of those that were given up.
    expect(await encoded()).toBeLessThan(before + 20);
  });

  it('does not keep the API from stopping within 10 s', async () => {
    await hang();
    const { milliseconds } = await api.running.end('SIGTERM');
    expect(milliseconds).toBeLessThan(10_000);
  });

  it('is told from one that has more to do than it takes', async () => {
    const texts = Array.from(
      { length: 1_500 },
      (_, i) => `${i} is one of very many texts, each of which has some words`,
    );
    const many = ask(api.address, 'query($texts: [String!]!) { embed(texts: $texts) { tokens } }', { texts });
    const isRefused = async () => {
      const { errors } = await ask(api.address, '{ embed(texts: ["one more"]) { tokens } }');
      return errors[0]?.extensions.code === 'OVERLOADED';
    };
    await eventually('the encoder to have too much to do', isRefused, 10_000);
    for (let i = 0; i < 5; i++) expect(await ready()).toBe('ok\n');
    expect((await many).errors).toEqual([]);
  });
});
