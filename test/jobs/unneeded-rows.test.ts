import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderStore } from '#src/artifacts/folder.js';
import { type Datasets, datasetsOn } from '#src/datasets/store.js';
import { type StoredVectors, storedVectorsOn } from '#src/datasets/vectors.js';
import { type JobRecords, jobRecordsOn } from '#src/jobs/records.js';
import { sweepRows } from '#src/jobs/sweep.js';
import { type Registry, registryOn } from '#src/registry/registry.js';
import type { JobState } from '../../src/jobs/job.js';
import { draft } from '../registry/draft.js';
import { temporaryFolder } from '../system/stage.js';

const DAY = 24 * 60 * 60 * 1000;

describe('rows', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let datasets: Datasets;
  let vectors: StoredVectors;
  let records: JobRecords;
  let registry: Registry;
  beforeEach(async () => {
    folder = await temporaryFolder();
    const store = folderStore(folder.path);
    [datasets, vectors, records, registry] = [
      datasetsOn(store),
      storedVectorsOn(store),
      jobRecordsOn(store),
      registryOn(store),
    ];
  });
  afterEach(() => folder.remove());

  const rowsOf = (text: string) => [{ text, labels: {} }];
  const file = (digest: string) => join(folder.path, 'datasets', 'rows', `${digest}.jsonl`);
  const age = (digest: string) => utimes(file(digest), 0, 0);
  const sweep = () => sweepRows({ datasets, vectors, records, registry });
  /** Whether they are there, without keeping them. */
  const isThere = (digest: string) =>
    datasets.rows(digest).then(
      () => true,
      () => false,
    );

  /** Old rows that only a job in this state knows of. */
  const rowsOfJob = async (text: string, state: JobState) => {
    const datasetDigest = await datasets.putRows(rowsOf(text));
    const order = {
      kind: 'EVALUATE',
      model: 'support',
      version: 1,
      tasks: [],
      dataset: undefined,
      datasetDigest,
    } as const;
    const { id } = await records.create(order, 'ann');
    await records.move(id, () => state);
    await age(datasetDigest);
    return datasetDigest;
  };
  const cancelled = (ago: number): JobState => ({
    status: 'CANCELLED',
    startedAt: undefined,
    finishedAt: new Date(Date.now() - ago).toISOString(),
  });

  it('stay for as long as a data set, a version, or a job that may still run needs them', async () => {
    const { digest: named } = await datasets.create('named', rowsOf('named'));
    const learned = await datasets.putRows(rowsOf('learned'));
    await registry.publish(draft('pretrained', 'some-job', learned), [], undefined);
    for (const digest of [named, learned]) await age(digest);
    const waiting = await rowsOfJob('waiting', { status: 'QUEUED' });
    const cancelledLately = await rowsOfJob('cancelled lately', cancelled(DAY));
    const stored = await datasets.putRows(rowsOf('stored just now'));
    await sweep();
    for (const digest of [named, learned, waiting, cancelledLately, stored]) expect(await isThere(digest)).toBe(true);
  });

  it('go with their vectors once nobody needs them', async () => {
    const { digest: named } = await datasets.create('named', rowsOf('named'));
    const learned = await datasets.putRows(rowsOf('learned'));
    await registry.publish(draft('pretrained', 'some-job', learned), [], undefined);
    const cancelledLongAgo = await rowsOfJob('cancelled long ago', cancelled(31 * DAY));
    const measured = await rowsOfJob('measured', {
      status: 'SUCCEEDED',
      startedAt: new Date().toISOString(),
      finishedAt: new Date().toISOString(),
      result: { kind: 'REPORTS', reports: [] },
    });
    await vectors.put(named, 'encoder', new Float32Array(2));
    await datasets.delete('named');
    await registry.deleteVersion('support', 1, 'ann');
    for (const digest of [named, learned]) await age(digest);
    await sweep();
    for (const digest of [named, learned, cancelledLongAgo, measured]) expect(await isThere(digest)).toBe(false);
    expect(await vectors.get(named, 'encoder', 1, 2)).toBeUndefined();
  });

  it('stay where somebody stores or keeps the same while they are swept away', async () => {
    for (let round = 0; round < 30; round++) {
      const digest = await datasets.putRows(rowsOf('the same'));
      await age(digest);
      const needing = round % 2 === 0 ? datasets.putRows(rowsOf('the same')) : datasets.keep(digest);
      const [needed] = await Promise.all([needing, sweep()]);
      expect(await isThere(digest)).toBe(needed !== false);
    }
  });

  it('all stay where one cannot tell who needs them', async () => {
    const old = await datasets.putRows(rowsOf('old'));
    await age(old);
    const { id } = await records.create(
      { kind: 'EVALUATE', model: 'support', version: 1, tasks: [], dataset: undefined, datasetDigest: old },
      'ann',
    );
    await writeFile(join(folder.path, 'jobs', id, 'record', '00000001'), '{}');
    await expect(sweep()).rejects.toMatchObject({ code: 'DAMAGED' });
    expect(await isThere(old)).toBe(true);
  });
});
