import type { Example } from '../example.js';
import type { Columns } from './columns.js';
import { csvRows } from './csv.js';
import { decoded } from './decode.js';
import { jsonLines } from './json-lines.js';
import { problemList } from './problem.js';
import { rowReader } from './row.js';

export type FileFormat = 'csv' | 'json-lines';

/**
 * The rows of a file, one after the other, in constant memory. A file with a problem is read to its end, so that all of them are
 * counted, and then refused.
 * @throws UnreadableRows; ManyheadError BAD_USER_INPUT
 */
export async function* readRows(
  bytes: AsyncIterable<Uint8Array>,
  format: FileFormat,
  charset: string | undefined,
  columns: Columns,
): AsyncGenerator<Example> {
  const problems = problemList();
  const readRow = rowReader(problems);
  const text = decoded(bytes, charset);
  for await (const given of format === 'csv' ? csvRows(text, columns, problems) : jsonLines(text, columns, problems)) {
    const example = readRow(given);
    if (example && problems.count === 0) yield example;
  }
  problems.throwIfAny();
}
