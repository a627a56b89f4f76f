import { badInput, listed, type ManyheadError, shown } from '../../errors.js';
import { checkName } from '../../names.js';
import { MOST_TASKS } from '../task-limits.js';

/** Which columns of a file (or keys of its objects) are what. */
export interface Columns {
  readonly text: string;
  /** Undefined: there is none. */
  readonly split: string | undefined;
  /** Tasks and their columns; undefined: every other column is a task of its name. */
  readonly tasks: ReadonlyMap<string, string> | undefined;
  /** Every column that the caller named, by the parameter that names it: these must be there. */
  readonly named: ReadonlyMap<string, string>;
}

/** A column whose name ends so holds any number of labels. */
const MANY = '[]';

/** What a column of labels is: a task, and whether its cells are lists. */
export interface TaskColumn {
  readonly task: string;
  readonly many: boolean;
}

/**
 * The mapping that a caller gave as query parameters: `text=`, `split=` (empty: no column says what a row is for), and
 * `task.<name>=` for every task.
 * @throws ManyheadError BAD_USER_INPUT for a parameter that is not known, given twice, or one task too many
 */
export function readColumns(parameters: URLSearchParams): Columns {
  const tasks = new Map<string, string>();
  const named = new Map<string, string>();
  for (const [name, column] of parameters) {
    if (named.has(name)) throw badInput(name, `${name} is given twice: give each parameter once.`);
    named.set(name, column);
    if (name === 'text' || name === 'split') continue;
    if (!name.startsWith('task.'))
      throw badInput(
        name,
        `parameter ${shown(name)} is not known: give text=, split= or task.<name>= with a column's name.`,
      );
    checkName(name, taskColumn(name.slice('task.'.length)).task);
    // Each of them is looked for in every row.
    if (tasks.size === MOST_TASKS)
      throw badInput(name, `${name} is one task more than there may be: name at most ${MOST_TASKS}.`);
    tasks.set(name.slice('task.'.length), column);
  }
  const split = named.get('split') ?? 'split';
  if (split === '') named.delete('split');
  return {
    text: named.get('text') ?? 'text',
    split: split === '' ? undefined : split,
    tasks: tasks.size > 0 ? tasks : undefined,
    named,
  };
}

/**
 * A column that the caller named, and that is not there: rows would go without what they have, and nobody would see it.
 * @param there the columns there are
 */
export const missingColumn = (parameter: string, column: string, there: readonly string[]): ManyheadError =>
  badInput(parameter, `${parameter} is ${shown(column)}: the columns are ${listed(there)}.`);

/** @param name of a task, maybe with `[]` behind it */
export const taskColumn = (name: string): TaskColumn =>
  name.endsWith(MANY) ? { task: name.slice(0, -MANY.length), many: true } : { task: name, many: false };
