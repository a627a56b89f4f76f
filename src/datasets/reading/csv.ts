import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { badInput, listed, shown } from '../../errors.js';
import { type Columns, missingColumn, taskColumn } from './columns.js';
import { type LineCounter, lineCounter } from './line-counter.js';
import { type ProblemList, problem, UnreadableRows } from './problem.js';
import type { GivenRow } from './row.js';
import { separated } from './separator.js';

/** Characters of one record: a quote that is never closed is found out before it takes the rest of the file into memory. */
const LONGEST_RECORD = 1_000_000;

/** What separates the labels of a cell that may hold several; alone: none of them. */
const SEPARATOR = '|';

/**
 * The rows of a CSV file with a header (RFC 4180; lines may end as they like, and semicolons or tabs separate the cells where
 * they do in the header). Rows of another length than the header's go to `problems`.
 * @throws UnreadableRows where the file is no CSV; ManyheadError BAD_USER_INPUT where the header lacks a column
 */
export async function* csvRows(
  text: AsyncIterable<string>,
  columns: Columns,
  problems: ProblemList,
): AsyncGenerator<GivenRow> {
  const file = await separated(text);
  const lines = lineCounter();
  const parser = parse({
    delimiter: file.separator,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: LONGEST_RECORD,
    on_record: (record, { empty_lines }) => Object.assign(record, { line: lines.of(record, empty_lines) }),
  });
  // What goes wrong on the way here ends the parser, and is thrown where its records are read.
  pipeline(Readable.from(file.text), parser, () => {});
  let header: Header | undefined;
  try {
    for await (const record of parser as AsyncIterable<Parsed>) {
      if (header === undefined) {
        header = readHeader(record, columns);
        continue;
      }
      const [cells, wanted] = [record.length, header.columns.length];
      if (cells === wanted) yield rowOf(record, header);
      else
        problems.add(
          problem(record.line, undefined, undefined, `it has ${cells} cells, and the header has ${wanted}.`),
        );
    }
  } catch (error) {
    if (error instanceof CsvError) throw broken(error, lines);
    throw error;
  }
  if (header === undefined) throw badInput('body', 'the file is empty: give a header line and rows.');
}

interface Parsed extends ReadonlyArray<string> {
  /** Where the record begins. */
  readonly line: number;
}

interface Header {
  readonly columns: readonly string[];
  readonly text: number;
  /** Undefined: there is none. */
  readonly split: number | undefined;
  readonly tasks: readonly { readonly place: number; readonly task: string; readonly many: boolean }[];
}

function readHeader(names: readonly string[], columns: Columns): Header {
  const trimmed = names.map((name) => name.trim());
  const places = new Map<string, number>();
  for (const [place, name] of trimmed.entries()) {
    if (places.has(name)) throw badInput('header', `the header has column ${shown(name)} twice.`);
    places.set(name, place);
  }
  const placeOf = (parameter: string, column: string): number => {
    const place = places.get(column);
    if (place === undefined) throw missingColumn(parameter, column, trimmed);
    return place;
  };
  for (const [parameter, column] of columns.named) placeOf(parameter, column);
  const text = places.get(columns.text);
  if (text === undefined)
    throw badInput('header', `the header has no column ${shown(columns.text)}: its columns are ${listed(trimmed)}.`);
  const split = columns.split === undefined ? undefined : places.get(columns.split);
  const tasks = columns.tasks
    ? [...columns.tasks].map(([name, column]) => ({ place: placeOf(`task.${name}`, column), ...taskColumn(name) }))
    : trimmed.flatMap((name, place) => (place === text || place === split ? [] : [{ place, ...taskColumn(name) }]));
  return { columns: trimmed, text, split, tasks };
}

function rowOf(record: Parsed, { columns, text, split, tasks }: Header): GivenRow {
  return {
    line: record.line,
    text: { column: columns[text], value: record[text] },
    split: split === undefined ? undefined : { column: columns[split], value: record[split] },
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

/** The parser stands where it gave up, which may be the end of the file: what is wrong is in the record it was in. */
function broken(error: CsvError, lines: LineCounter): UnreadableRows {
  const line = lines.next(typeof error.empty_lines === 'number' ? error.empty_lines : 0);
  const why = reasons[error.code] ?? 'it is not CSV.';
  return new UnreadableRows([problem(line, undefined, undefined, why)], 1);
}

const reasons: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote that is opened in this row is never closed.',
  INVALID_OPENING_QUOTE:
    'a quote stands in the middle of a cell: put the whole cell in quotes, and double those within it.',
  CSV_INVALID_CLOSING_QUOTE:
    'a cell goes on after its closing quote: double the quotes within it, and close the one it begins with.',
  CSV_MAX_RECORD_SIZE: `a row is longer than ${LONGEST_RECORD} characters: a quote may not be closed.`,
};
