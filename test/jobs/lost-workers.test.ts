import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderStore } from '#src/artifacts/folder.js';
import { type JobRecords, jobRecordsOn } from '#src/jobs/records.js';
import type { EvaluationOrder, JobState } from '../../src/jobs/job.js';
import { temporaryFolder } from '../system/stage.js';

const [startedAt, finishedAt] = ['2026-01-01T00:00:00.000Z', '2026-01-01T00:00:01.000Z'];
const running: JobState = { status: 'RUNNING', startedAt };
const order: EvaluationOrder = {
  kind: 'EVALUATE',
  model: 'default',
  version: 1,
  dataset: 'rows',
  datasetDigest: 'rows',
  tasks: ['topic'],
};

describe('the workers that a job has lost', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let records: JobRecords;
  beforeEach(async () => {
    folder = await temporaryFolder();
    records = jobRecordsOn(folderStore(folder.path));
  });
  afterEach(() => folder.remove());

  it('are those from which another took it while it ran, in its present attempt', async () => {
    const { id } = await records.create(order, 'ann');
    const take = async () => (await records.take(id, () => running)).job.workersLost;
    expect(await take()).toBeUndefined();
    expect(await take()).toBe(1);
    expect(await take()).toBe(2);
    await records.move(id, () => ({ status: 'CANCELLED', startedAt, finishedAt }));
    expect((await records.get(id)).workersLost).toBe(2);
    await records.again(id, () => {});
    expect(await take()).toBeUndefined();
  });

  it.each<[string, JobState]>([
    ['before it saved', { status: 'QUEUED' }],
    ['while it saved', { status: 'RUNNING', startedAt, saving: true, handedBack: true }],
  ])('are none of those that were stopped and let go of it %s', async (_, left) => {
    const { id } = await records.create(order, 'ann');
    await records.take(id, () => running);
    await records.move(id, () => left);
    expect((await records.take(id, () => running)).job.workersLost).toBeUndefined();
  });
});
