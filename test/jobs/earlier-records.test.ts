import { describe, expect, it } from 'vitest';
import { readJob } from '#src/jobs/earlier-records.js';

/** Records as they were written when every job was a training. */
const order = { model: 'support', datasetDigest: 'abc', tasks: ['topic'], freeze: { backbone: 'FULL', heads: [] } };
const job = { id: '0', createdAt: '2026-01-01', attempt: 2, order, trainableParameters: 7, frozenParameters: 9 };
const ended = { status: 'SUCCEEDED', startedAt: '1', finishedAt: '2', reports: [] };

describe('a job record of an earlier release', () => {
  it('is a training', () => {
    expect(readJob(JSON.stringify({ ...job, state: { status: 'QUEUED' } }))).toEqual({
      id: '0',
      createdAt: '2026-01-01',
      by: 'unknown',
      attempt: 2,
      order: { ...order, kind: 'TRAIN', trainableParameters: 7, frozenParameters: 9 },
      state: { status: 'QUEUED' },
    });
  });

  it('has made the version it says, or none', () => {
    const promotion = { promoted: true, reason: 'promote is ALWAYS' };
    const made = readJob(JSON.stringify({ ...job, state: { ...ended, version: 3, promotion } }));
    expect(made.state).toMatchObject({ result: { kind: 'VERSION', version: 3, promotion, reports: [] } });
    const measured = readJob(JSON.stringify({ ...job, state: ended }));
    expect(measured.state).toMatchObject({ status: 'SUCCEEDED', result: { kind: 'REPORTS', reports: [] } });
  });
});
