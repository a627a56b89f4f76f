import { type Command, Option } from 'commander';
import type { JobPage, JobStatus } from '../client/client.js';
import { clientOf, type ServerOptions, serverCommand } from './connection.js';
import { followed } from './follow.js';
import { printJob } from './job-report.js';
import { whole } from './numbers.js';
import { coloursOf } from './terminal/colours.js';
import { percent } from './terminal/figures.js';
import { print, printJson, say } from './terminal/output.js';
import { table } from './terminal/table.js';
import { printQueued } from './train.js';

interface Options extends ServerOptions {
  readonly model?: string;
  readonly status?: JobStatus;
  readonly first: number;
}

const statuses: readonly JobStatus[] = ['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED'];

/** `manyhead jobs`: what was asked for, newest first. */
export const jobs = (): Command =>
  serverCommand('jobs')
    .summary('list jobs')
    .description('List jobs, newest first.')
    .option('-m, --model <name>', 'only jobs of this model')
    .addOption(new Option('--status <status>', 'only jobs that stand there').choices(statuses))
    .option('-n, --first <number>', 'how many', whole, 20)
    .action(async (options: Options) => {
      const { model, status, first } = options;
      const page = await clientOf(options).jobs({ model, first, status: status && [status] });
      if (options.json) return printJson(page);
      const { dim } = coloursOf(process.stdout);
      await print(
        table<JobPage['nodes'][number]>(
          [
            { title: 'job', cell: ({ id }) => id },
            { title: 'kind', cell: ({ kind }) => kind.toLowerCase() },
            { title: 'model', cell: ({ model }) => model },
            {
              title: 'status',
              cell: ({ status, progress }) => (status === 'RUNNING' ? percent(progress) : status.toLowerCase()),
            },
            { title: 'version', cell: ({ version }) => version?.number ?? '-', align: 'right' },
            { title: 'data set', cell: ({ dataset }) => dataset ?? '-' },
            { title: 'asked for', cell: ({ createdAt }) => createdAt.slice(0, 16).replace('T', ' ') },
            { title: 'by', cell: ({ by }) => by },
          ],
          page.nodes,
          dim,
        ),
      );
      if (page.hasNextPage) say(dim(`${page.totalCount} jobs in all: --first shows more`));
    });

/** `manyhead cancel`: ends a job. */
export const cancel = (): Command =>
  serverCommand('cancel')
    .summary('end a job')
    .description('End a job that has not ended; it leaves no version.')
    .argument('<job>', 'its id')
    .action(async (id: string, options: ServerOptions) => {
      const job = await (await clientOf(options).job(id)).cancel();
      if (options.json) return printJson(job);
      await print(`${id}: ${job.status.toLowerCase()}`);
    });

/** `manyhead retry`: runs a job again. */
export const retry = (): Command =>
  serverCommand('retry')
    .summary('run a job again that failed or was cancelled')
    .description('Queue a job again that failed or was cancelled, with the same rows and settings.')
    .argument('<job>', 'its id')
    .option('-f, --follow', 'watch it until it has ended')
    .action(async (id: string, options: ServerOptions & { readonly follow?: boolean }) => {
      const client = clientOf(options);
      try {
        const handle = await client.job(id);
        const job = await handle.retry();
        if (options.follow) await printJob(await followed(handle, options), options);
        else await printQueued({ id, job }, options);
      } finally {
        client.close();
      }
    });
