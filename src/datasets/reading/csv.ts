import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { badInput, shown } from '../../errors.js';
import { type Columns, missingColumn, taskColumn } from './columns.js';
import { type ProblemList, problem, UnreadableRows } from './problem.js';
import type { GivenRow } from './row.js';

/** Characters of one record: a quote that is never closed is found out before it takes the rest of the file into memory. */
const LONGEST_RECORD = 1_000_000;

/** What separates the labels of a cell that may hold several; alone: none of them. */
const SEPARATOR = '|';

/**
 * The rows of a CSV file with a header (RFC 4180; lines may end as they like). Rows of another length than the header's go to
 * `problems`.
 * @throws UnreadableRows where the file is no CSV; ManyheadError BAD_USER_INPUT where the header lacks a column
 */
export async function* csvRows(
  text: AsyncIterable<string>,
  columns: Columns,
  problems: ProblemList,
): AsyncGenerator<GivenRow> {
  const parser = parse({
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: LONGEST_RECORD,
  });
  // What goes wrong on the way here ends the parser, and is thrown where its records are read.
  pipeline(Readable.from(text), parser, () => {});
  let header: Header | undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      // The parser counts the lines up to a record's end.
      const line = info.lines - record.reduce((sum, cell) => sum + newlines(cell), 0);
      if (header === undefined) {
        header = readHeader(record, columns);
        continue;
      }
      const [cells, wanted] = [record.length, header.columns.length];
      if (cells === wanted) yield rowOf(record, line, header);
      else problems.add(problem(line, undefined, undefined, `it has ${cells} cells, and the header has ${wanted}.`));
    }
  } catch (error) {
    if (error instanceof CsvError) throw broken(error);
    throw error;
  }
  if (header === undefined) throw badInput('body', 'the file is empty: give a header line and rows.');
}

interface Parsed {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

interface Header {
  readonly columns: readonly string[];
  readonly text: number;
  /** -1: there is none. */
  readonly split: number;
  readonly tasks: readonly { readonly place: number; readonly task: string; readonly many: boolean }[];
}

function readHeader(names: readonly string[], columns: Columns): Header {
  const trimmed = names.map((name) => name.trim());
  const twice = trimmed.find((name, place) => trimmed.indexOf(name) < place);
  if (twice !== undefined) throw badInput('header', `the header has column ${shown(twice)} twice.`);
  for (const [parameter, column] of columns.named)
    if (!trimmed.includes(column)) throw missingColumn(parameter, column, trimmed);
  const text = trimmed.indexOf(columns.text);
  if (text < 0)
    throw badInput('header', `the header has no column ${shown(columns.text)}: its columns are ${trimmed.join(', ')}.`);
  const split = columns.split === undefined ? -1 : trimmed.indexOf(columns.split);
  const tasks = columns.tasks
    ? [...columns.tasks].map(([name, column]) => ({ place: trimmed.indexOf(column), ...taskColumn(name) }))
    : trimmed.flatMap((name, place) => (place === text || place === split ? [] : [{ place, ...taskColumn(name) }]));
  return { columns: trimmed, text, split, tasks };
}

function rowOf(record: readonly string[], line: number, { columns, text, split, tasks }: Header): GivenRow {
  return {
    line,
    text: { column: columns[text], value: record[text] },
    split: split < 0 ? undefined : { column: columns[split], value: record[split] },
    labels: tasks.map(({ place, task, many }) => {
      const cell = record[place].trim();
      const value =
        many && cell !== ''
          ? cell
              .split(SEPARATOR)
              .map((label) => label.trim())
              .filter(Boolean)
          : cell;
      return { column: columns[place], task, value };
    }),
  };
}

function broken(error: CsvError): UnreadableRows {
  const line = typeof error.lines === 'number' ? error.lines : 1;
  const why = reasons[error.code] ?? 'it is not CSV.';
  return new UnreadableRows([problem(line, undefined, undefined, why)], 1);
}

const reasons: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote that is opened here is never closed.',
  INVALID_OPENING_QUOTE:
    'a quote stands in the middle of a cell: put the whole cell in quotes, and double those within it.',
  CSV_INVALID_CLOSING_QUOTE: 'a cell goes on after its closing quote: double the quotes within it.',
  CSV_MAX_RECORD_SIZE: `a row is longer than ${LONGEST_RECORD} characters: a quote may not be closed.`,
};

function newlines(cell: string): number {
  let count = 0;
  for (let at = cell.indexOf('\n'); at >= 0; at = cell.indexOf('\n', at + 1)) count += 1;
  return count;
}
