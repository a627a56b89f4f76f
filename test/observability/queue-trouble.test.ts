import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kinds, type RunningQueue } from '../queue/kinds.js';
import {
  data,
  easyRows,
  type Running,
  settingsOver,
  startApi,
  startWorker,
  TRAIN,
  temporaryFolder,
} from '../system/stage.js';

describe('a worker that has trouble with a delivery', () => {
  let queue: RunningQueue;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  const open: Running[] = [];

  beforeAll(async () => {
    [queue, folder] = await Promise.all([kinds[0].prepare(), temporaryFolder()]);
  });
  afterAll(async () => {
    await Promise.all(open.map((running) => running.end('SIGKILL')));
    await queue.remove();
    await folder.remove();
  });

  it('tells of it with the id of the job', async () => {
    const environment = settingsOver(queue, folder.path);
    const { running, address } = await startApi(environment);
    open.push(running);
    const { train } = await data(address, TRAIN, { input: { model: 'fruit', examples: easyRows(12) } });
    const record = join(folder.path, 'jobs', train.id, 'record');
    for (const name of await readdir(record)) await writeFile(join(record, name), 'no record');
    const worker = await startWorker(environment);
    open.push(worker);
    const [line] = await worker.says(/.*the run of .* threw.*/);
    expect(JSON.parse(line)).toMatchObject({ process: 'worker', job: train.id });
  });
});
