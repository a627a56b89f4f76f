import { Command } from 'commander';

/** `manyhead worker`: one more worker, here or on another machine. */
export const worker = (): Command =>
  new Command('worker')
    .summary('start one more worker')
    .description(
      'Start a worker that takes training jobs from the queue, until Ctrl-C. It needs the queue (REDIS_URL) and the folder (DATA_DIR) of the server.',
    )
    .addHelpText('after', '\nExample:\n  $ REDIS_URL=redis://queue:6379 DATA_DIR=/mnt/manyhead manyhead worker')
    .action(async () => {
      await import('../../worker/main.js');
    });
