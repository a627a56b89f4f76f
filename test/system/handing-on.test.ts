import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.js';
import { kinds, type RunningQueue } from '../queue/kinds.js';
import {
  data,
  easyRows,
  finished,
  type Json,
  type Running,
  settingsOver,
  startApi,
  startWorker,
  TRAIN,
  temporaryFolder,
} from './stage.js';

/** The share of a job that is done once the lower layers have been computed, and a little more. */
const BOUNDARY = 0.125;

/** Within this much of SIGTERM a worker has left word and is gone, in milliseconds. */
const LIMIT = 10_000;

describe('a worker that is told to stop while an encoder learns', () => {
  let queue: RunningQueue;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let environment: Record<string, string>;
  let api: { running: Running; address: string };
  const workers: Running[] = [];

  beforeAll(async () => {
    queue = await kinds[0].prepare();
    folder = await temporaryFolder();
    environment = settingsOver(queue, folder.path);
    api = await startApi(environment);
    workers.push(await startWorker(environment));
  });
  afterAll(async () => {
    await Promise.all([api.running, ...workers].map((each) => each.end('SIGKILL')));
    await queue.remove();
    await folder.remove();
  });

  const input = {
    examples: easyRows(240),
    freeze: { backbone: 'PARTIAL', frozenLayers: 5 },
    hyperparameters: { epochs: 1, batchSize: 4, maxTokens: 16 },
  };
  const queued = async (model: string): Promise<string> =>
    (await data(api.address, TRAIN, { input: { ...input, model } })).train.id;
  const someSteps = (id: string) =>
    eventually(
      'some steps to be taken',
      async () => {
        const { trainingJob } = await data(api.address, `{ trainingJob(id: "${id}") { phase progress } }`);
        return trainingJob.phase === 'TRAINING' && trainingJob.progress > BOUNDARY;
      },
      120_000,
    );

  it('hands the job on from its last step, and it ends in the same bytes', { timeout: 180_000 }, async () => {
    await finished(api.address, await queued('calm'));
    const id = await queued('handed-on');
    await someSteps(id);
    const { code, milliseconds } = await workers[0].end('SIGTERM');
    expect(code).toBe(0);
    expect(milliseconds).toBeLessThan(LIMIT);
    const [, batch] = await workers[0].says(new RegExp(`"job":"${id}".*"epoch":1,"batch":(\\d+).*checkpoint written`));
    const [{ status }] = (await data(api.address, `{ trainingJobs(first: 1) { nodes { status } } }`)).trainingJobs
      .nodes;
    expect(status).toBe('QUEUED');

    workers.push(await startWorker(environment));
    const job = await finished(api.address, id);
    expect(workers[1].said()).toMatch(/"epoch":1,"msg":"job goes on from its checkpoint"/);
    expect(job).toMatchObject({ status: 'SUCCEEDED', attempt: 1 });
    expect(job.history.map(({ epoch }: Json) => epoch)).toEqual([1]);
    const heads = (model: string) => readFile(join(folder.path, 'models', model, 'versions', '1', 'heads.safetensors'));
    expect(await heads('handed-on')).toEqual(await heads('calm'));
    expect(Number(batch)).toBeGreaterThan(0);
  });

  it('has the job start over where its checkpoint was damaged meanwhile', { timeout: 180_000 }, async () => {
    const id = await queued('damaged');
    await someSteps(id);
    await workers[1].end('SIGTERM');
    const checkpoint = await open(join(folder.path, 'jobs', id, 'checkpoint-1.safetensors'), 'r+');
    const { size } = await checkpoint.stat();
    const last = Buffer.alloc(1);
    await checkpoint.read(last, 0, 1, size - 1);
    await checkpoint.write(Buffer.of(last[0] ^ 1), 0, 1, size - 1);
    await checkpoint.close();

    workers.push(await startWorker(environment));
    await workers[2].says(/the checkpoint is damaged/);
    expect(workers[2].said()).toMatch(new RegExp(`"job":"${id}".*the checkpoint cannot be read: the job starts over`));
    await data(api.address, `mutation { cancelTraining(id: "${id}") { id } }`);
  });
});
