import { type Command, Option } from 'commander';
import { clientOf, ofModel, type ServerOptions, serverCommand } from './connection.js';
import { followed } from './follow.js';
import { printJob } from './job-report.js';
import { whole } from './numbers.js';
import { datasetOf } from './train.js';
import { type FileOptions, withFile } from './upload.js';

interface Options extends ServerOptions, FileOptions {
  readonly model: string;
  readonly dataset?: string;
  readonly version?: number;
  readonly split?: 'TRAINING' | 'VALIDATION' | 'TEST';
  readonly labels?: boolean;
}

/** `manyhead eval`: how well a version does on rows. */
export const evaluate = (): Command =>
  withFile(ofModel(serverCommand('eval')))
    .summary('measure a version on a file of labelled rows')
    .description('Measure a version on the rows of a file, or of a data set that the server has already.')
    .argument('[file]', 'the rows; - for standard input')
    .option('--dataset <name>', 'a data set, in place of a file')
    .option('--version <number>', 'the version; production when absent', whole)
    .addOption(
      new Option('--split <split>', 'only rows that say they belong there').choices(['TRAINING', 'VALIDATION', 'TEST']),
    )
    .option('--labels', 'also print how each label does')
    .addHelpText(
      'after',
      '\nExamples:\n  $ manyhead eval test.csv --model support --labels\n  $ manyhead eval --dataset tickets --split TEST --version 3 --json',
    )
    .action(async (file: string | undefined, options: Options) => {
      const { model, version, split } = options;
      const client = clientOf(options);
      try {
        const dataset = await datasetOf(client, file, options);
        const handle = await client.evaluate({ dataset, model, version, split });
        await printJob(await followed(handle, options), options);
      } finally {
        client.close();
      }
    });
