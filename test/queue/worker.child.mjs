// A worker process that takes one delivery and never finishes it, or fails: it is there to be killed.
import { openWorker } from '#src/queue/worker.js';

const { config, timing, throws } = JSON.parse(process.argv[2] ?? '');
openWorker(config, {
  concurrency: 1,
  timing,
  onError: () => {},
  run: (delivery, { signal, report }) => {
    report({ by: process.pid });
    process.send?.(delivery);
    if (throws) throw new Error('a bug');
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve('hand back')));
  },
});
process.on('disconnect', () => process.exit());
