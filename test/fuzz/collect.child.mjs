import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread } from 'node:worker_threads';

// Loaded into the API: on SIGUSR2 it collects garbage, and writes a line with what is left.
if (isMainThread) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  let asked = 0;
  process.on('SIGUSR2', () => {
    collect();
    // What finalizers let go of is collected the second time.
    setTimeout(() => {
      collect();
      const { rss, heapUsed } = process.memoryUsage();
      asked += 1;
      process.stdout.write(`${JSON.stringify({ asked, rss, heapUsed })}\n`);
    }, 100);
  });
}
