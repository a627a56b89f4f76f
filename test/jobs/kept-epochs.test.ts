import { describe, expect, it } from 'vitest';
import { readJob } from '#src/jobs/earlier-records.js';
import { keptEpochs } from '#src/jobs/kept-epochs.js';
import type { EpochEntry, Job } from '../../src/jobs/job.js';
import type { Freeze } from '../../src/training/plan.js';

const jobOf = (freeze: Freeze): Job =>
  readJob(JSON.stringify({ id: '0', order: { kind: 'TRAIN', freeze }, state: { status: 'SUCCEEDED' } }));

/** Validation losses of two tasks, epoch after epoch; undefined where no row validates. */
const history = (...losses: readonly (readonly [number | undefined, number | undefined])[]): readonly EpochEntry[] =>
  losses.map(([topic, mood], i) => ({
    epoch: i + 1,
    trainLoss: 1,
    validationLoss: topic === undefined || mood === undefined ? undefined : topic + mood,
    tasks: [
      { task: 'topic', loss: topic },
      { task: 'mood', loss: mood },
    ].map((each) => ({ ...each, trainLoss: 1, accuracy: 1, macroF1: 1, support: 1, lossWeight: 0.5 })),
    examplesPerSecond: 1,
    at: '2026-01-01T00:00:00.000Z',
    etaSeconds: undefined,
    seconds: {},
  }));

describe('the epochs that a training kept', () => {
  const losses = history([0.5, 0.1], [0.1, 0.6], [0.2, 0.3], [0.1, 0.5]);
  const kept = (job: Job, entries = losses) => keptEpochs(job, entries).map(({ task, epoch }) => `${task} ${epoch}`);

  it('are each head’s own where the encoder is fixed, the first of equal ones', () => {
    expect(kept(jobOf({ backbone: 'FULL', heads: [] }))).toEqual(['topic 2', 'mood 1']);
  });

  it('is one where the encoder learned with them, and none for heads that were fixed', () => {
    expect(kept(jobOf({ backbone: 'NONE', heads: [] }))).toEqual(['topic 3', 'mood 3']);
    expect(kept(jobOf({ backbone: 'NONE', heads: ['mood'] }))).toEqual(['topic 3']);
  });

  it('is the last where nothing validates', () => {
    const none = history([undefined, undefined], [undefined, undefined]);
    expect(kept(jobOf({ backbone: 'FULL', heads: [] }), none)).toEqual(['topic 2', 'mood 2']);
  });

  it('are none while it runs, and where it only measured', () => {
    const { state: _, ...job } = jobOf({ backbone: 'FULL', heads: [] });
    expect(kept({ ...job, state: { status: 'QUEUED' } })).toEqual([]);
    expect(
      kept(
        jobOf({ backbone: 'FULL', heads: [] }),
        losses.map((each) => ({ ...each, epoch: 0 })),
      ),
    ).toEqual([]);
  });
});
