import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { folderStore } from '#src/artifacts/folder.js';
import { checkpointsOn } from '#src/jobs/checkpoints.js';
import { type JobEvent, type JobFeed, jobFeed } from '#src/jobs/feed.js';
import { openJobs } from '#src/jobs/needs.js';
import { type JobRecords, jobRecordsOn } from '#src/jobs/records.js';
import { sharedReading } from '#src/jobs/shared-reading.js';
import { openLog } from '#src/log.js';
import { registryOn } from '#src/registry/registry.js';
import type { EvaluationOrder, Job, JobState } from '../../src/jobs/job.js';
import type { TrainingQueue } from '../../src/queue/queue.js';
import { temporaryFolder } from '../system/stage.js';
import { epochEntry } from './epoch-entry.js';
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

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let records: JobRecords;
/** As another process reads and writes them. */
let others: JobRecords;
let feed: JobFeed;
/** How often the feed has asked for a record. */
let reads: number;
beforeEach(async () => {
  folder = await temporaryFolder();
  const store = folderStore(folder.path);
  [records, others] = [jobRecordsOn(store), jobRecordsOn(store)];
  reads = 0;
  const find: JobRecords['find'] = (id) => {
    reads += 1;
    return records.find(id);
  };
  feed = jobFeed(
    { records: { ...records, find }, queue, checkpoints: checkpointsOn(store), registry: registryOn(store) },
    openLog('api', 'silent'),
  );
});
afterEach(() => folder.remove());

const come = async (state: JobState): Promise<Job> =>
  (await others.move((await others.create(order, 'ann')).id, () => state)).job;

describe('who hears of all jobs', () => {
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

describe('those who follow one job', () => {
  const followers = 100;
  const epochs = 30;
  const told = async (events: AsyncGenerator<JobEvent, void>): Promise<string> => {
    const words: string[] = [];
    for await (const event of events)
      words.push(event.kind === 'EPOCH' ? String(event.epoch.epoch) : event.job.state.status);
    return words.join(' ');
  };

  it('are all told every epoch and the end, and look at it about as often as one would', async () => {
    const job = await come(running);
    const all = Array.from({ length: followers }, () => feed.follow(job.id));
    await Promise.all(all.map((events) => events.next()));
    const words = Promise.all(all.map(told));
    const history = Array.from({ length: epochs }, (_, index) => epochEntry(index + 1));
    for (const { epoch: last } of history) {
      await others.putHistory(job, history.slice(0, last));
      feed.heard({ kind: 'progress', jobId: job.id, attempt: 1, progress: undefined });
    }
    await others.move(job.id, () => succeeded);
    feed.heard({ kind: 'changed', jobId: job.id, attempt: 1 });
    const everything = `${history.map((entry) => entry.epoch).join(' ')} SUCCEEDED`;
    expect(new Set(await words)).toEqual(new Set([everything]));
    expect(reads).toBeLessThan(3 * epochs);
  });

  it('are never told what was read before they asked', async () => {
    const answers: ((answer: number) => void)[] = [];
    const ask = sharedReading(() => new Promise<number>((resolve) => answers.push(resolve)));
    const [first, second, third] = [ask('job'), ask('job'), ask('job')];
    expect(answers).toHaveLength(1);
    answers[0]?.(1);
    expect(await first).toBe(1);
    await vi.waitUntil(() => answers.length === 2);
    answers[1]?.(2);
    expect(await Promise.all([second, third])).toEqual([2, 2]);
    expect(answers).toHaveLength(2);
  });
});

describe('who leaves while nothing happens', () => {
  const end = { done: true, value: undefined };
  /** Rings for a job, and gives those who hear it the time to look at it. */
  const ring = async (jobId: string): Promise<number> => {
    const before = reads;
    feed.heard({ kind: 'progress', jobId, attempt: 1, progress: undefined });
    await setImmediate();
    return reads - before;
  };

  it('was following a job, and looks at it no more', async () => {
    const job = await others.create(order, 'ann');
    const events = feed.follow(job.id);
    await events.next();
    const waiting = events.next();
    await setImmediate();
    expect(await events.return()).toEqual(end);
    expect(await waiting).toEqual(end);
    expect(await ring(job.id)).toBe(0);
  });

  it('was hearing of the jobs of a model that has none, and looks at no job any more', async () => {
    const changes = feed.changes('none');
    const waiting = changes.next();
    const job = await come(running);
    await vi.waitUntil(() => ring(job.id));
    expect(await changes.return()).toEqual(end);
    expect(await waiting).toEqual(end);
    expect(await ring(job.id)).toBe(0);
  });

  it('had not begun to listen, and never does', async () => {
    const [events, changes] = [feed.follow((await come(running)).id), feed.changes(undefined)];
    expect([await events.return(), await changes.return()]).toEqual([end, end]);
    expect([await events.next(), await changes.next()]).toEqual([end, end]);
    expect(reads).toBe(0);
  });
});
