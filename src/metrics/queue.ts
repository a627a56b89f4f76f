import { Gauge, type Registry } from 'prom-client';
import type { TrainingQueue } from '../queue/queue.js';

/** What is in the queue, and whether it answers. Where it does not, there are no numbers rather than old ones. */
export function queueMetrics(register: Registry, queue: TrainingQueue): void {
  const registers = [register];
  const up = new Gauge({
    name: 'manyhead_queue_up',
    help: '1 while the queue answers, 0 while it is away.',
    registers,
  });
  new Gauge({
    name: 'manyhead_queue_jobs',
    help: 'Jobs in the queue, by where they stand there.',
    labelNames: ['status'],
    registers,
    async collect() {
      this.reset();
      try {
        const depth = await queue.depth();
        for (const [status, jobs] of Object.entries(depth)) this.labels(status).set(jobs);
        up.set(1);
      } catch {
        up.set(0);
      }
    },
  });
}
