import { Command } from 'commander';
import { wholeBetween } from './numbers.js';

interface Options {
  readonly port?: number;
  readonly host?: string;
  readonly dataDir?: string;
}

/** `manyhead serve`: what `npm start` starts. */
export const serve = (): Command =>
  new Command('serve')
    .summary('start everything: queue, API and worker')
    .description(
      'Start the queue (where REDIS_URL is not set), the API and a worker, and keep them running until Ctrl-C.',
    )
    .option('-p, --port <number>', 'as PORT: 4000 unless set', wholeBetween(0, 65_535))
    .option('--host <address>', 'as HOST: 127.0.0.1 unless set')
    .option('--data-dir <folder>', 'as DATA_DIR: ./data unless set')
    .addHelpText(
      'after',
      '\nEvery other setting is an environment variable: see docs/configuration.md.\n\nExamples:\n  $ manyhead serve\n  $ ENCODER_PRECISION=int8 manyhead serve --port 8080 --data-dir /var/lib/manyhead',
    )
    .action(async ({ port, host, dataDir }: Options) => {
      const given = { PORT: port?.toString(), HOST: host, DATA_DIR: dataDir };
      for (const [name, value] of Object.entries(given)) if (value !== undefined) process.env[name] = value;
      await import('../main.js');
    });
