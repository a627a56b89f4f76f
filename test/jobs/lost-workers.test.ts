import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderStore } from '#src/artifacts/folder.js';
import { type JobRecords, jobRecordsOn } from '#src/jobs/records.js';
import { openLog } from '#src/log.js';
import { jobReporter } from '#worker/reporter.js';
import type { EpochEntry, EvaluationOrder, JobState } from '../../src/jobs/job.js';
import { temporaryFolder } from '../system/stage.js';
import { epochEntry } from './epoch-entry.js';

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

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let records: JobRecords;
beforeEach(async () => {
  folder = await temporaryFolder();
  records = jobRecordsOn(folderStore(folder.path));
});
afterEach(() => folder.remove());

describe('the workers that a job has lost', () => {
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

describe('the history of a job that has lost a worker', () => {
  const entries = (count: number): readonly EpochEntry[] =>
    Array.from({ length: count }, (_, index) => epochEntry(index + 1));
  const told = async (id: string): Promise<number> => (await records.history(await records.get(id))).length;
  /** A worker that takes the job, and tells its epochs. */
  const worker = async (id: string) => {
    const { job } = await records.take(id, () => running);
    const reporter = jobReporter(job, records, openLog('worker', 'silent'), () => {});
    return { tells: (count: number) => records.putHistory(job, entries(count)), reporter };
  };

  it('is what the worker told that took it over, whatever the lost one writes when it goes on', async () => {
    const { id } = await records.create(order, 'ann');
    const lost = await worker(id);
    await lost.tells(2);
    const successor = await worker(id);
    await successor.tells(12);
    await records.move(id, () => ({ status: 'CANCELLED', startedAt, finishedAt }));
    await lost.tells(3);
    expect(await told(id)).toBe(12);
  });

  it('is what the lost one told, until another tells an epoch', async () => {
    const { id } = await records.create(order, 'ann');
    await (await worker(id)).tells(5);
    await worker(id);
    const third = await worker(id);
    expect(await told(id)).toBe(5);
    await third.tells(1);
    expect(await told(id)).toBe(1);
  });

  it('goes on from its checkpoint with the epochs before it, through any number of workers', async () => {
    const { id } = await records.create(order, 'ann');
    await (await worker(id)).tells(5);
    for (const epoch of [4, 5]) {
      const { reporter } = await worker(id);
      await reporter.resume(epoch);
      await reporter.epoch(epochEntry(epoch));
      expect((await records.history(await records.get(id))).map((entry) => entry.epoch)).toEqual(
        entries(epoch).map((entry) => entry.epoch),
      );
    }
  });

  it('goes on where a worker that was stopped has let go of it', async () => {
    const { id } = await records.create(order, 'ann');
    await worker(id);
    await (await worker(id)).tells(3);
    await records.move(id, () => ({ status: 'QUEUED' }));
    const next = await worker(id);
    expect(await told(id)).toBe(3);
    await next.tells(4);
    expect(await told(id)).toBe(4);
  });

  it('is empty in the next attempt', async () => {
    const { id } = await records.create(order, 'ann');
    await (await worker(id)).tells(5);
    await (await worker(id)).tells(6);
    await records.move(id, () => ({ status: 'CANCELLED', startedAt, finishedAt }));
    await records.again(id, () => {});
    expect(await told(id)).toBe(0);
  });
});
