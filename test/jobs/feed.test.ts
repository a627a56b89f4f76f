import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderStore } from '#src/artifacts/folder.js';
import { checkpointsOn } from '#src/jobs/checkpoints.js';
import { type JobFeed, jobFeed } from '#src/jobs/feed.js';
import { openJobs } from '#src/jobs/needs.js';
import { type JobRecords, jobRecordsOn } from '#src/jobs/records.js';
import { openLog } from '#src/log.js';
import { registryOn } from '#src/registry/registry.js';
import type { EvaluationOrder, Job, JobState } from '../../src/jobs/job.js';
import type { TrainingQueue } from '../../src/queue/queue.js';
import { temporaryFolder } from '../system/stage.js';
import { quietQueue } from './quiet-queue.js';

const order: EvaluationOrder = {
  kind: 'EVALUATE',
  model: 'some',
  version: 1,
  tasks: [],
  dataset: undefined,
  datasetDigest: '',
};
const [startedAt, finishedAt] = ['2026-01-01T00:00:00.000Z', '2026-01-01T00:00:01.000Z'];
const running: JobState = { status: 'RUNNING', startedAt };
const succeeded: JobState = { status: 'SUCCEEDED', startedAt, finishedAt, result: { kind: 'REPORTS', reports: [] } };
const failed: JobState = { status: 'FAILED', startedAt, finishedAt, error: { code: 'INTERNAL', message: 'x' } };

const queue: TrainingQueue = { ...quietQueue, holds: async () => true };

describe('who hears of all jobs', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let records: JobRecords;
  /** As another process reads and writes them. */
  let others: JobRecords;
  let feed: JobFeed;
  beforeEach(async () => {
    folder = await temporaryFolder();
    const store = folderStore(folder.path);
    [records, others] = [jobRecordsOn(store), jobRecordsOn(store)];
    feed = jobFeed(
      { records, queue, checkpoints: checkpointsOn(store), registry: registryOn(store) },
      openLog('api', 'silent'),
    );
  });
  afterEach(() => folder.remove());

  const come = async (state: JobState): Promise<Job> =>
    (await others.move((await others.create(order, 'ann')).id, () => state)).job;
  const next = async (changes: AsyncGenerator<Job, void>): Promise<string> => {
    const { value } = await changes.next();
    return value ? `${value.id} ${value.state.status}` : 'the end';
  };

  it('is told what changed while the queue was away, and nothing else', async () => {
    const [ended, under] = [await come(succeeded), await come(running)];
    const changes = feed.changes(undefined);
    const first = next(changes);
    feed.heard({ kind: 'changed', jobId: ended.id, attempt: 1 });
    expect(await first).toBe(`${ended.id} SUCCEEDED`);
    await others.move(under.id, () => failed);
    const [briefly, waiting] = [await come(succeeded), await others.create(order, 'ann')];
    feed.heard({ kind: 'gap' });
    expect([await next(changes), await next(changes), await next(changes)]).toEqual([
      `${under.id} FAILED`,
      `${briefly.id} SUCCEEDED`,
      `${waiting.id} QUEUED`,
    ]);
    await changes.return();
  });

  it('goes on hearing where one record is damaged', async () => {
    const [damaged, whole] = [await come(running), await come(running)];
    const changes = feed.changes(undefined);
    const first = next(changes);
    await writeFile(join(folder.path, 'jobs', damaged.id, 'record', '00000003'), '{');
    await others.move(whole.id, () => succeeded);
    feed.heard({ kind: 'changed', jobId: damaged.id, attempt: 1 });
    feed.heard({ kind: 'changed', jobId: whole.id, attempt: 1 });
    expect(await first).toBe(`${whole.id} SUCCEEDED`);
    await changes.return();
  });

  it('sees every job as it stands, also where another process moved it on', async () => {
    const [one, two] = [await come(failed), await come(running)];
    const standing = async () => (await records.outlines()).map(({ id, status }) => `${id} ${status}`);
    expect(await standing()).toEqual([`${one.id} FAILED`, `${two.id} RUNNING`]);
    await others.again(one.id, () => {});
    await others.move(two.id, () => succeeded);
    expect(await standing()).toEqual([`${one.id} QUEUED`, `${two.id} SUCCEEDED`]);
    expect((await openJobs(records)).map(({ id }) => id)).toEqual([one.id]);
    expect(await standing()).toEqual([`${one.id} QUEUED`, `${two.id} SUCCEEDED`]);
  });
});
