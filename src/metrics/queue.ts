import { Gauge, type Registry } from 'prom-client';
import type { QueueDepth, TrainingQueue } from '../queue/queue.js';

/** What is in the queue, and whether it answers. Where it does not, there are no numbers rather than old ones. */
export function queueMetrics(register: Registry, queue: TrainingQueue): void {
  let asking: Promise<QueueDepth | undefined> | undefined;
  /** Undefined where the queue is away; both metrics, which are read at once, ask once. */
  const depth = (): Promise<QueueDepth | undefined> => {
    asking ??= queue
      .ping()
      .then(() => queue.depth())
      .catch(() => undefined)
      .finally(() => {
        asking = undefined;
      });
    return asking;
  };
  new Gauge({
    name: 'manyhead_queue_up',
    help: '1 while the queue answers and, on Redis, takes jobs; 0 while it does not.',
    registers: [register],
    async collect() {
      this.set((await depth()) === undefined ? 0 : 1);
    },
  });
  new Gauge({
    name: 'manyhead_queue_jobs',
    help: 'Jobs in the queue, by where they stand there.',
    labelNames: ['status'],
    registers: [register],
    async collect() {
      const found = await depth();
      this.reset();
      for (const [status, jobs] of Object.entries(found ?? {})) this.labels(status).set(jobs);
    },
  });
}
