import { readConfig } from '../config.js';
import { openQueue } from './queue.js';

// For health checks: exit code 0 where the queue answers.
const queue = openQueue(readConfig(process.env).queue, () => {});
process.exitCode = await queue.ping().then(
  () => 0,
  () => 1,
);
await queue.close();
