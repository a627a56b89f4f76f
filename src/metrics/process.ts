import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { version } from '../version.js';

/**
 * The measures of this process: memory, processor, event loop, garbage collection, and what it is.
 * @param name `api` or `worker`
 */
export function processMetrics(name: string): Registry {
  const register = new Registry();
  collectDefaultMetrics({ register });
  new Gauge({
    name: 'manyhead_info',
    help: 'What the process is: always 1.',
    labelNames: ['process', 'version', 'node'],
    registers: [register],
  })
    .labels(name, version, process.version)
    .set(1);
  return register;
}
