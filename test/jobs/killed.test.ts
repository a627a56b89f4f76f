import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderStore } from '#src/artifacts/folder.js';
import type { ArtifactStore } from '#src/artifacts/store.js';
import { datasetsOn } from '#src/datasets/store.js';
import { type AcceptingRooms, cancel, retry, submit } from '#src/jobs/actions.js';
import { type Checkpoints, checkpointsOn } from '#src/jobs/checkpoints.js';
import { giveUp } from '#src/jobs/give-up.js';
import { type JobRecords, jobRecordsOn } from '#src/jobs/records.js';
import { sweepCheckpoints } from '#src/jobs/sweep.js';
import { type Registry, registryOn } from '#src/registry/registry.js';
import type { EvaluationOrder, JobState, TrainingOrder } from '../../src/jobs/job.js';
import type { TrainingQueue } from '../../src/queue/queue.js';
import { draft } from '../registry/draft.js';
import { temporaryFolder } from '../system/stage.js';
import { quietQueue } from './quiet-queue.js';
import { trainingOrder } from './training-order.js';

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
  let rooms: Omit<AcceptingRooms, 'queue' | 'registry'> & { registry: Registry };
  let order: EvaluationOrder;
  beforeEach(async () => {
    folder = await temporaryFolder();
    store = folderStore(folder.path);
    records = jobRecordsOn(store);
    checkpoints = checkpointsOn(store);
    const [datasets, registry] = [datasetsOn(store), registryOn(store)];
    await registry.publish(draft(), [], undefined);
    const datasetDigest = await datasets.putRows([{ text: 'a', labels: {} }]);
    order = { kind: 'EVALUATE', model: 'support', version: 1, tasks: [], dataset: undefined, datasetDigest };
    rooms = { records, checkpoints, datasets, registry };
  });
  afterEach(() => folder.remove());

  /** A queue that goes away before it says what it has done. */
  const mute = (does: (jobId: string) => Promise<unknown>): TrainingQueue => ({
    ...quietQueue,
    async add({ jobId }) {
      await does(jobId);
      throw new Error('the queue is away');
    },
  });

  it('is accepted where a worker has begun, though the queue did not say that it had it', async () => {
    const queue = mute((id) => records.move(id, () => running));
    const job = await submit(order, ann, { ...rooms, queue });
    expect((await records.get(job.id)).state).toEqual(running);
  });

  it('leaves nothing where none has', async () => {
    await expect(submit(order, ann, { ...rooms, queue: mute(async () => {}) })).rejects.toThrow('away');
    expect(await records.ids()).toEqual([]);
  });

  it('is tried again where a worker has begun, though the queue did not say that it had it', async () => {
    const { id } = await records.create(order, 'ann');
    const { job: before } = await records.move(id, () => cancelled);
    await expect(retry(id, { ...rooms, queue: mute(async () => {}) })).rejects.toThrow('away');
    expect(await records.get(id)).toEqual(before);
    const queue = mute(() => records.move(id, () => running));
    expect(await retry(id, { ...rooms, queue })).toMatchObject({ attempt: 2, state: running });
  });

  it('is not tried again where what it needs was deleted', async () => {
    const { encoder } = draft('learned');
    const { datasetDigest } = order;
    const projection = {
      kind: 'FIT_PROJECTION',
      model: 'support',
      dataset: undefined,
      datasetDigest,
      encoder,
    } as const;
    const [noVersion, noRows, noEncoder] = [
      await records.create({ ...order, version: 7 }, 'ann'),
      await records.create({ ...order, datasetDigest: 'gone' }, 'ann'),
      await records.create(projection, 'ann'),
    ];
    for (const [{ id }, what] of [
      [noVersion, 'version 7 of model "support" was'],
      [noRows, 'the rows were'],
      [noEncoder, 'every version of model "support" that reads from the encoder was'],
    ] as const) {
      await records.move(id, () => cancelled);
      await expect(retry(id, { ...rooms, queue: quietQueue })).rejects.toMatchObject({
        code: 'CONFLICT',
        field: 'id',
        message: `${what} deleted, so this job cannot be done: queue a new one.`,
      });
      expect((await records.get(id)).state).toEqual(cancelled);
    }
  });

  it('can be tried again, and not be cancelled any more, once it has made its version', async () => {
    const { id } = await records.create(trainingOrder(1), 'ann');
    await rooms.registry.publish({ ...draft('pretrained', id), parent: 1 }, [], undefined);
    await rooms.registry.deleteVersion('support', 1, 'ann');
    await records.move(id, () => ({ ...cancelled, status: 'FAILED', error: { code: 'INTERNAL', message: '' } }));
    const all = { ...rooms, queue: quietQueue };
    expect(await retry(id, all)).toMatchObject({ state: { status: 'QUEUED' } });
    await expect(cancel(id, all)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('has made version 2 already'),
    });
  });

  it('is not accepted where what it needs was deleted since it was checked', async () => {
    const submitted = (change: Partial<EvaluationOrder>) =>
      submit({ ...order, ...change }, ann, { ...rooms, queue: quietQueue });
    await expect(submitted({ version: 7 })).rejects.toMatchObject({ code: 'CONFLICT', field: 'version' });
    await expect(submitted({ datasetDigest: 'gone' })).rejects.toMatchObject({ code: 'CONFLICT', field: 'dataset' });
    expect(await records.ids()).toEqual([]);
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

  describe('and that the queue has given up on', () => {
    const given = async (promote: TrainingOrder['promote'], makes: boolean) => {
      const { id } = await records.create({ ...trainingOrder(), promote }, 'ann');
      await records.move(id, () => ({ ...running, saving: true }));
      if (makes) await rooms.registry.publish(draft('pretrained', id), [], undefined);
      await giveUp({ jobId: id, attempt: 1 }, rooms);
      return (await records.get(id)).state;
    };
    const production = async () => (await rooms.registry.standing('support')).aliases.production;

    it('has failed', async () => {
      expect(await given('IF_BETTER', false)).toMatchObject({ status: 'FAILED', error: { code: 'WORKER_LOST' } });
    });

    it('has come to the version that it had made, promoted where that needs no worker', async () => {
      expect(await given('NEVER', true)).toMatchObject({
        status: 'SUCCEEDED',
        result: { kind: 'VERSION', version: 2, promotion: { promoted: false } },
      });
      expect(await production()).toBeUndefined();
      expect(await given('IF_BETTER', true)).toMatchObject({
        result: { version: 3, promotion: { promoted: true, reason: 'the model served no version yet' } },
      });
      expect(await production()).toBe(3);
      const undecided = { promoted: false, reason: expect.stringMatching(/compare it with version 3 died/) };
      expect(await given('IF_BETTER', true)).toMatchObject({ result: { version: 4, promotion: undecided } });
      expect(await rooms.registry.decision('support', 4)).toMatchObject(undecided);
      expect(await given('ALWAYS', true)).toMatchObject({ result: { version: 5, promotion: { promoted: true } } });
      expect(await production()).toBe(5);
    });

    it('keeps what a worker had decided', async () => {
      const { id } = await records.create(trainingOrder(), 'ann');
      await records.move(id, () => ({ ...running, saving: true }));
      const { number } = await rooms.registry.publish(draft('pretrained', id), [], undefined);
      const decision = { promoted: true, reason: 'better' };
      await rooms.registry.settle('support', number, undefined, decision, 'ann');
      await giveUp({ jobId: id, attempt: 1 }, rooms);
      expect((await records.get(id)).state).toMatchObject({ result: { version: number, promotion: decision } });
    });
  });
});
