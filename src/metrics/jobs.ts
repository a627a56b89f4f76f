import { Gauge, Histogram, type Registry } from 'prom-client';
import type { JobKind } from '../jobs/job.js';

/** How a worker parts from a job. */
export type JobOutcome = 'SUCCEEDED' | 'FAILED' | 'CANCELLED' | 'ENDED_ELSEWHERE' | 'HANDED_BACK';

export interface JobMetrics {
  began(): void;
  /** @param seconds that this worker had it */
  ended(kind: JobKind, outcome: JobOutcome, seconds: number): void;
}

/** Jobs of this worker. */
export function jobMetrics(register: Registry): JobMetrics {
  const registers = [register];
  const running = new Gauge({ name: 'manyhead_jobs_running', help: 'Jobs that this worker is busy with.', registers });
  const jobs = new Histogram({
    name: 'manyhead_job_seconds',
    help: 'Jobs that this worker has parted from, by kind and outcome, and the seconds it had them.',
    labelNames: ['kind', 'outcome'],
    buckets: [0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200],
    registers,
  });
  return {
    began: () => running.inc(),
    ended(kind, outcome, seconds) {
      running.dec();
      jobs.labels(kind, outcome).observe(seconds);
    },
  };
}
