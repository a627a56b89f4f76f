import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderStore } from '#src/artifacts/folder.js';
import type { ArtifactStore } from '#src/artifacts/store.js';
import { retry, submit } from '#src/jobs/actions.js';
import { type Checkpoints, checkpointsOn } from '#src/jobs/checkpoints.js';
import { type JobRecords, jobRecordsOn } from '#src/jobs/records.js';
import { sweepCheckpoints } from '#src/jobs/sweep.js';
import type { EvaluationOrder, JobState } from '../../src/jobs/job.js';
import type { TrainingQueue } from '../../src/queue/queue.js';
import { temporaryFolder } from '../system/stage.js';

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
const cancelled: JobState = { status: 'CANCELLED', startedAt: undefined, finishedAt };
const ann = { name: 'ann' };

/** What a process that is killed, or a queue that goes away, may leave of a job. */
describe('a job whose processes are killed', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let store: ArtifactStore;
  let records: JobRecords;
  let checkpoints: Checkpoints;
  beforeEach(async () => {
    folder = await temporaryFolder();
    store = folderStore(folder.path);
    records = jobRecordsOn(store);
    checkpoints = checkpointsOn(store);
  });
  afterEach(() => folder.remove());

  /** A queue that goes away before it says what it has done. */
  const mute = (does: (jobId: string) => Promise<unknown>): TrainingQueue => ({
    async add({ jobId }) {
      await does(jobId);
      throw new Error('the queue is away');
    },
    remove: async () => false,
    holds: async () => false,
    progress: async () => undefined,
    depth: async () => ({ waiting: 0, active: 0, delayed: 0 }),
    ping: async () => {},
    close: async () => {},
  });

  it('is accepted where a worker has begun, though the queue did not say that it had it', async () => {
    const queue = mute((id) => records.move(id, () => running));
    const job = await submit(order, ann, { records, queue, checkpoints });
    expect((await records.get(job.id)).state).toEqual(running);
  });

  it('leaves nothing where none has', async () => {
    await expect(submit(order, ann, { records, queue: mute(async () => {}), checkpoints })).rejects.toThrow('away');
    expect(await records.ids()).toEqual([]);
  });

  it('is tried again where a worker has begun, though the queue did not say that it had it', async () => {
    const { id } = await records.create(order, 'ann');
    await records.move(id, () => cancelled);
    await expect(retry(id, { records, queue: mute(async () => {}), checkpoints })).rejects.toThrow('away');
    expect((await records.get(id)).state).toEqual(cancelled);
    const queue = mute(() => records.move(id, () => running));
    expect(await retry(id, { records, queue, checkpoints })).toMatchObject({ attempt: 3, state: running });
  });

  it('leaves no checkpoint once it has ended and a process has started; until then it keeps it', async () => {
    const [ended, open] = [await records.create(order, 'ann'), await records.create(order, 'ann')];
    await records.move(ended.id, () => cancelled);
    await records.move(open.id, () => running);
    for (const { id } of [ended, open])
      for (const attempt of [1, 2]) await checkpoints.put({ id, attempt }, [Buffer.from('weights')]);
    await sweepCheckpoints(records, checkpoints);
    expect(await checkpoints.attempts(ended.id)).toEqual([2]);
    expect(await checkpoints.attempts(open.id)).toEqual([1, 2]);
  });
});
