import type { Command } from 'commander';
import type { Client, JobHandle } from '../client/client.js';
import { clientOf, ofModel, type ServerOptions, sameServer, serverCommand } from './connection.js';
import { UsageError } from './ending.js';
import { followed } from './follow.js';
import { printJob } from './job-report.js';
import { coloursOf } from './terminal/colours.js';
import { print, printJson, say } from './terminal/output.js';
import { type TrainingOptions, trainInput, withTraining } from './training-options.js';
import { type FileOptions, upload, withFile } from './upload.js';

interface Options extends ServerOptions, FileOptions, TrainingOptions {
  readonly dataset?: string;
  readonly follow?: boolean;
  readonly labels?: boolean;
}

/** `manyhead train`: a file of labelled rows to a new version. */
export const train = (): Command =>
  withTraining(withFile(ofModel(serverCommand('train'))))
    .summary('learn a new version from a file of labelled rows')
    .description(
      'Send a CSV or JSON lines file (a column of texts, a column of labels a task) to the server, and queue a training on it.',
    )
    .argument('[file]', 'the rows; - for standard input')
    .option('--dataset <name>', 'a data set that the server has already, in place of a file')
    .option('-f, --follow', 'watch the job until it has ended')
    .option('--labels', 'with --follow: also print how each label does')
    .addHelpText(
      'after',
      '\nExamples:\n  $ manyhead train tickets.csv --model support --follow\n  $ manyhead train tickets.csv --text-column body --task-column intent=category --freeze layers:4 --follow\n  $ manyhead train --dataset tickets --freeze none --epochs 3 --promote never --json',
    )
    .action(async (file: string | undefined, options: Options) => {
      const client = clientOf(options);
      try {
        const dataset = await datasetOf(client, file, options);
        const handle = await client.train(trainInput(dataset, options)).catch((error) => {
          if (file !== undefined) say(`The rows stay: --dataset ${dataset} in place of ${file} needs no upload.`);
          throw error;
        });
        if (options.follow) await printJob(await followed(handle, options), options);
        else await printQueued(handle, options);
      } finally {
        client.close();
      }
    });

/**
 * The data set that a command names, or that its file is stored as.
 * @throws UsageError where it is neither or both
 */
export async function datasetOf(
  client: Client,
  file: string | undefined,
  options: FileOptions & { readonly dataset?: string },
): Promise<string> {
  if ((file === undefined) === (options.dataset === undefined))
    throw new UsageError('give a file of rows, or --dataset NAME: exactly one of the two.');
  if (file === undefined) return options.dataset ?? '';
  const { name, warnings } = await upload(client, file, options);
  for (const warning of warnings) say(`${coloursOf(process.stderr).yellow('warning:')} ${warning}`);
  return name;
}

/** A job that nobody waits for. */
export async function printQueued({ id, job }: Pick<JobHandle, 'id' | 'job'>, options: ServerOptions): Promise<void> {
  if (options.json) return printJson(job);
  await print(id);
  say(coloursOf(process.stderr).dim(`Queued. Watch it: manyhead follow ${id}${sameServer(options)}`));
}
