import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.js';
import { kinds, type RunningQueue } from '../queue/kinds.js';
import { copyMadeDatabase } from '../queue/made-before.js';
import {
  ask,
  data,
  easyRows,
  finished,
  type Json,
  run,
  settingsOver,
  startApi,
  startWorker,
  TRAIN,
  temporaryFolder,
} from './stage.js';

const command = promisify(execFile);
const embedded = kinds.find(({ name }) => name === 'embedded') ?? kinds[0];
const canMount = process.platform === 'linux' && process.getuid?.() === 0;
if (!canMount) console.warn('SKIPPED: only root can mount the small disk that is filled here.');

/** Of the disk, in bytes. */
const SIZE = 12 * 2 ** 20;

describe.skipIf(!canMount && !process.env.CI)('a disk that is full', () => {
  let queue: RunningQueue;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let api: Awaited<ReturnType<typeof startApi>>;
  let worker: Awaited<ReturnType<typeof startWorker>>;

  beforeAll(async () => {
    queue = await embedded.prepare();
    folder = await temporaryFolder();
    await command('mount', ['-t', 'tmpfs', '-o', `size=${SIZE},mode=700`, 'manyhead-test', folder.path]);
    const environment = settingsOver(queue, folder.path);
    [api, worker] = await Promise.all([startApi(environment), startWorker(environment)]);
    await data(api.address, CREATE, { name: 'easy', examples: easyRows() });
  });
  afterAll(async () => {
    await Promise.all([api.running, worker].map((running) => running.end('SIGKILL')));
    await queue.remove();
    await command('umount', [folder.path]);
    await folder.remove();
  });

  const CREATE =
    'mutation Create($name: String!, $examples: [ExampleInput!]!) { createDataset(name: $name, examples: $examples) { digest } }';
  const fullError = { message: expect.stringContaining('no space left'), extensions: { code: 'STORAGE_FULL' } };
  const filler = () => join(folder.path, 'filler');
  const fill = () => expect(writeFile(filler(), Buffer.alloc(SIZE))).rejects.toThrow('ENOSPC');
  const put = async (rows: number): Promise<{ status: number; body: Json }> => {
    const response = await fetch(`${api.address}/datasets/easy`, {
      method: 'PUT',
      body: `text,topic\n${'a row that takes some forty bytes or so,b\n'.repeat(rows)}`,
      headers: { 'content-type': 'text/csv' },
    });
    return { status: response.status, body: JSON.parse(await response.text()) };
  };
  const digest = async () => (await data(api.address, '{ dataset(name: "easy") { digest } }')).dataset.digest;
  const asked = async (): Promise<string> =>
    (await data(api.address, TRAIN, { input: { model: 'easy', dataset: 'easy', hyperparameters: { epochs: 400 } } }))
      .train.id;

  it('refuses an upload in the middle, and what was there stays', async () => {
    const before = await digest();
    expect(await put(600_000)).toMatchObject({ status: 507, body: { errors: [fullError] } });
    expect(await digest()).toBe(before);
    expect(await readdir(join(folder.path, '.unfinished'))).toEqual([]);
  });

  it('refuses what would have to be written, and answers what would not', async () => {
    await fill();
    expect((await ask(api.address, CREATE, { name: 'more', examples: easyRows() })).errors).toMatchObject([fullError]);
    expect((await ask(api.address, TRAIN, { input: { model: 'easy', dataset: 'easy' } })).errors).toMatchObject([
      fullError,
    ]);
    expect((await data(api.address, '{ embed(texts: ["a"]) { dimensions } }')).embed).toHaveLength(1);
    expect((await data(api.address, '{ trainingJobs { totalCount } }')).trainingJobs.totalCount).toBe(0);
    await rm(filler());
    expect((await data(api.address, CREATE, { name: 'more', examples: easyRows() })).createDataset.digest).toBe(
      await digest(),
    );
  });

  it('lets a job that was accepted end once there is space again, and leaves nothing half-written', async () => {
    const id = await asked();
    await eventually('the job to run', async () => {
      const { trainingJob } = await data(api.address, `{ trainingJob(id: "${id}") { phase } }`);
      return trainingJob.phase === 'TRAINING';
    });
    await fill();
    await eventually('the worker to notice', async () => /no space left/.test(worker.said()));
    await rm(filler());
    const job = await finished(api.address, id);
    if (job.status === 'FAILED') expect(job.error.code).toBe('STORAGE_FULL');
    else expect(job).toMatchObject({ status: 'SUCCEEDED', version: { number: 1 } });
    expect(await readdir(join(folder.path, '.unfinished'))).toEqual([]);
    expect(await finished(api.address, await asked())).toMatchObject({ status: 'SUCCEEDED' });
  });
});

describe.skipIf(!canMount && !process.env.CI)('a start on a disk that is full', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeEach(async () => {
    folder = await temporaryFolder();
    await command('mount', ['-t', 'tmpfs', '-o', 'size=64m,mode=700', 'manyhead-test', folder.path]);
  });
  afterEach(async () => {
    await command('umount', [folder.path]);
    await folder.remove();
  });
  const full = () => writeFile(join(folder.path, 'filler'), Buffer.alloc(2 ** 26)).catch(() => {});
  const started = async (): Promise<string> => {
    const running = run('src/main.js', { DATA_DIR: folder.path, STARTER: 'off' });
    await once(running.child, 'close');
    return running.said();
  };
  const wantsSpace = () =>
    `queue: no space is left for the queue in ${join(folder.path, 'queue')} (DATA_DIR): free some space`;

  it('says where there must be some, with a queue that was made before', async () => {
    await copyMadeDatabase(join(folder.path, 'queue'));
    await full();
    expect(await started()).toContain(wantsSpace());
  });

  it('says so where it comes to an end while the queue is made', async () => {
    await writeFile(join(folder.path, 'filler'), Buffer.alloc(52 * 2 ** 20));
    expect(await started()).toContain(wantsSpace());
  });
});
