import { badInput, shown } from '../../errors.js';
import { checkName } from '../../names.js';

/** Which columns of a file (or keys of its objects) are what. */
export interface Columns {
  readonly text: string;
  readonly split: string;
  /** Tasks and their columns; undefined: every other column is a task of its name. */
  readonly tasks: ReadonlyMap<string, string> | undefined;
}

/** A column whose name ends so holds any number of labels. */
const MANY = '[]';

/** What a column of labels is: a task, and whether its cells are lists. */
export interface TaskColumn {
  readonly task: string;
  readonly many: boolean;
}

/**
 * The mapping that a caller gave as query parameters: `text=`, `split=`, and `task.<name>=` for every task.
 * @throws ManyheadError BAD_USER_INPUT for a parameter that is not known, or given twice
 */
export function readColumns(parameters: URLSearchParams): Columns {
  const tasks = new Map<string, string>();
  for (const [name, column] of parameters) {
    if (parameters.getAll(name).length > 1) throw badInput(name, `${name} is given twice: give each parameter once.`);
    if (name === 'text' || name === 'split') continue;
    if (!name.startsWith('task.'))
      throw badInput(
        name,
        `parameter ${shown(name)} is not known: give text=, split= or task.<name>= with a column's name.`,
      );
    checkName(name, taskColumn(name.slice('task.'.length)).task);
    tasks.set(name.slice('task.'.length), column);
  }
  return {
    text: parameters.get('text') ?? 'text',
    split: parameters.get('split') ?? 'split',
    tasks: tasks.size > 0 ? tasks : undefined,
  };
}

/** @param name of a task, maybe with `[]` behind it */
export const taskColumn = (name: string): TaskColumn =>
  name.endsWith(MANY) ? { task: name.slice(0, -MANY.length), many: true } : { task: name, many: false };
