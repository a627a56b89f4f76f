import { messageOf } from '../../errors.js';
import { type Columns, taskColumn } from './columns.js';
import { namedKeys } from './named-keys.js';
import { type ProblemList, problem, UnreadableRows } from './problem.js';
import type { GivenLabels, GivenRow } from './row.js';

/** Characters of one line. */
const LONGEST_LINE = 1_000_000;

/**
 * The rows of a file of JSON objects, one a line: `{"text": ..., "<task>": label or labels, ...}`, or with all tasks under
 * `labels`. Lines that are no such object go to `problems`.
 * @throws UnreadableRows for a line without end; ManyheadError BAD_USER_INPUT, after the last row, for a key that the caller named
 *   and no row had
 */
export async function* jsonLines(
  text: AsyncIterable<string>,
  columns: Columns,
  problems: ProblemList,
): AsyncGenerator<GivenRow> {
  let line = 0;
  const keys = namedKeys(columns.named);
  for await (const each of lines(text)) {
    line += 1;
    if (each.trim() === '') continue;
    const row = objectOf(each, line, problems);
    if (row === undefined) {
      keys.seeUnreadable();
      continue;
    }
    keys.see(row);
    yield rowOf(row, line, columns);
  }
  keys.throwIfMissing();
}

async function* lines(text: AsyncIterable<string>): AsyncGenerator<string> {
  let [rest, line] = ['', 1];
  for await (const chunk of text) {
    // Only what is new is searched: a long line that comes in small pieces would be gone through again for each of them.
    for (const [place, part] of chunk.split('\n').entries()) {
      if (place > 0) {
        yield rest;
        [rest, line] = ['', line + 1];
      }
      rest += part;
      if (rest.length > LONGEST_LINE)
        throw new UnreadableRows(
          [problem(line, undefined, undefined, `it is longer than ${LONGEST_LINE} characters.`)],
          1,
        );
    }
  }
  if (rest !== '') yield rest;
}

function objectOf(line: string, number: number, problems: ProblemList): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (isObject(value)) return value;
    problems.add(problem(number, undefined, line, 'give a JSON object.'));
  } catch (error) {
    problems.add(problem(number, undefined, line, `it is not JSON (${messageOf(error)}).`));
  }
  return undefined;
}

function rowOf(row: Readonly<Record<string, unknown>>, line: number, columns: Columns): GivenRow {
  const own = (key: string): unknown => (Object.hasOwn(row, key) ? row[key] : undefined);
  return {
    line,
    text: { column: columns.text, value: own(columns.text) },
    split: columns.split === undefined ? undefined : { column: columns.split, value: own(columns.split) },
    labels: columns.tasks
      ? [...columns.tasks].map(([name, column]) => ({ ...taskColumn(name), column, value: own(column) }))
      : Object.keys(row)
          .filter((key) => key !== columns.text && key !== columns.split)
          .flatMap((key) => labelsAt(key, row[key])),
  };
}

/** The tasks under a key: one of its name, or all that `labels` holds, as an object or as the API takes them. */
function labelsAt(key: string, value: unknown): GivenLabels[] {
  if (key === 'labels' && isObject(value))
    return Object.entries(value).map(([task, labels]) => ({ task, column: `labels.${task}`, value: labels }));
  if (
    key === 'labels' &&
    Array.isArray(value) &&
    value.every((each) => isObject(each) && typeof each.task === 'string')
  )
    return value.flatMap(({ task, label, labels }) =>
      // Both, where both are given: a second time for one task.
      [label, labels].map((each) => ({ task, column: `labels.${task}`, value: each })),
    );
  return [{ task: taskColumn(key).task, column: key, value }];
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
