import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { Readable } from 'node:stream';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Client, ClientError, type UploadedDataset, type UploadOptions } from '../client/client.js';
import { messageOf, systemCode } from '../errors.js';
import { UsageError } from './ending.js';
import { bar } from './terminal/bar.js';
import { coloursOf } from './terminal/colours.js';
import { counted, size } from './terminal/figures.js';
import { liveLines } from './terminal/live-lines.js';

/** How a file of rows is to be read, and what its data set is called. */
export interface FileOptions {
  readonly name?: string;
  /** Whether other rows of that name may be lost. */
  readonly replace?: boolean;
  readonly format?: 'csv' | 'jsonl';
  readonly charset?: string;
  readonly textColumn?: string;
  readonly splitColumn?: string;
  /** Columns by their tasks. */
  readonly taskColumn?: Readonly<Record<string, string>>;
}

const BAR = 24;

/** The options of every command that takes a file of rows. */
export const withFile = (command: Command): Command =>
  command
    .option('--name <name>', "what the file's data set is called; the file's own name when absent")
    .option('--replace', 'replace a data set of that name that has other rows')
    .addOption(new Option('--format <format>', 'of the file; by its ending when absent').choices(['csv', 'jsonl']))
    .option('--charset <name>', 'of a CSV file that is not in UTF-8')
    .option('--text-column <column>', 'the column of the texts; text when absent')
    .option('--split-column <column>', 'the column that says train, validation or test; split when absent')
    .option(
      '--task-column <task=column>',
      'a task and its column (task[]=column: any number of labels); every other column when absent',
      readTaskColumn,
    );

/**
 * Sends the rows of a file to the server, read as they are sent. A data set of that name that has other rows, such as one that was
 * relabelled since, is left as it is unless it may be replaced.
 * @param file `-` for standard input
 * @throws UsageError, ClientError
 */
export async function upload(client: Client, file: string, options: FileOptions): Promise<UploadedDataset> {
  const format = formatOf(file, options.format);
  const name = options.name ?? nameOf(file);
  const total = await sizeOf(file);
  const live = liveLines();
  const { cyan, dim } = coloursOf(process.stderr);
  let sent = 0;
  const rows: Readable = file === '-' ? process.stdin : createReadStream(file);
  rows.on('data', (chunk: Buffer) => {
    sent += chunk.length;
    const share = total === undefined ? '' : `${cyan(bar(sent / total, BAR, dim('·')))}  `;
    live.show([`${dim('Sending')}   ${share}${size(sent)}`]);
  });
  try {
    const dataset = await client.datasets.upload(name, Readable.toWeb(rows), {
      format,
      charset: options.charset,
      columns: { text: options.textColumn, split: options.splitColumn, tasks: options.taskColumn },
      replaces: options.replace ? undefined : null,
    });
    live.say(`${dim('Stored')}    ${counted(dataset.rows, 'row')} as data set ${name}`);
    return dataset;
  } catch (error) {
    if (!(error instanceof ClientError && error.status === 412)) throw error;
    live.show([]);
    throw new UsageError(
      `${error.message} Give --replace to lose what it has now, --name NAME to keep both, or --dataset ${name} to use it.`,
    );
  } finally {
    live.done();
    rows.destroy();
  }
}

function formatOf(file: string, given: FileOptions['format']): UploadOptions['format'] {
  const ending = given ?? extname(file).slice(1).toLowerCase();
  if (ending === 'csv') return 'csv';
  if (ending === 'jsonl' || ending === 'ndjson') return 'json-lines';
  throw new UsageError(`what ${file} holds cannot be told from its name: say --format csv or --format jsonl.`);
}

function nameOf(file: string): string {
  if (file === '-') throw new UsageError('rows on standard input need a name: say --name NAME.');
  const name = basename(file, extname(file))
    .replace(/[^A-Za-z0-9_.-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 64);
  if (name === '') throw new UsageError(`no name of a data set can be made from ${file}: say --name NAME.`);
  return name;
}

async function sizeOf(file: string): Promise<number | undefined> {
  if (file === '-') return undefined;
  try {
    const found = await stat(file);
    if (found.isDirectory()) throw new UsageError(`${file} is a folder: give a file.`);
    return found.isFile() ? found.size : undefined;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw new UsageError(`${file} is not there.`);
    if (systemCode(error) !== undefined) throw new UsageError(`${file} cannot be read: ${messageOf(error)}`);
    throw error;
  }
}

/** Gathers `task=column`. @throws InvalidArgumentError */
function readTaskColumn(text: string, before: FileOptions['taskColumn'] = {}): FileOptions['taskColumn'] {
  const [, task, column] = text.match(/^([^=]+)=(.+)$/) ?? [];
  if (task === undefined) throw new InvalidArgumentError('Give task=column.');
  return { ...before, [task]: column };
}
