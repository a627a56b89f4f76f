import { badInput, shown } from '../errors.js';
import { checkName } from '../names.js';
import { checkLabels, checkRoom, MOST_ROWS } from './check.js';
import type { Example, TaskLabels } from './example.js';
import type { Dataset } from './store.js';
import { taskLimits } from './task-limits.js';

/** The labels of one task on one row, as a caller wants them; neither kind of them: the row shall say nothing about the task. */
export interface GivenLabelChange {
  /** Its place in the data set, from 0. */
  readonly row: number;
  readonly task: string;
  readonly label?: string | null;
  readonly labels?: readonly string[] | null;
}

/** What each row shall say of some tasks; undefined: nothing. */
type Relabelling = ReadonlyMap<number, ReadonlyMap<string, TaskLabels | undefined>>;

/**
 * @param field where the changes stand in the input, for messages such as `changes[3].row`
 * @throws ManyheadError BAD_USER_INPUT for the first change that does not fit the data set
 */
export function checkChanges(field: string, given: readonly GivenLabelChange[], dataset: Dataset): Relabelling {
  if (given.length === 0 || given.length > MOST_ROWS)
    throw badInput(field, `${field} has ${given.length} entries: give 1 to ${MOST_ROWS}.`);
  const kinds = new Map<string, boolean>(dataset.tasks.map(({ task, kind }) => [task, kind === 'MULTI_LABEL']));
  const oneTooMany = taskLimits(dataset.tasks);
  const rows = new Map<number, Map<string, TaskLabels | undefined>>();
  given.forEach((change, place) => {
    const at = `${field}[${place}]`;
    if (change.row < 0 || change.row >= dataset.rows)
      throw badInput(`${at}.row`, `${at}.row is ${change.row}: the data set has rows 0 to ${dataset.rows - 1}.`);
    const task = checkName(`${at}.task`, change.task);
    const row = rows.get(change.row) ?? new Map();
    rows.set(change.row, row);
    if (row.has(task))
      throw badInput(`${at}.task`, `${at}.task is ${shown(task)} a second time for row ${change.row}: give it once.`);
    const [label, labels] = [change.label ?? undefined, change.labels ?? undefined];
    if (label === undefined && labels === undefined) {
      row.set(task, undefined);
      return;
    }
    const next = checkLabels(at, label, labels);
    const multi = typeof next !== 'string';
    if ((kinds.get(task) ?? multi) !== multi)
      throw badInput(
        at,
        `${at} gives ${multi ? '`labels`' : '`label`'}, and task ${shown(task)} is ${multi ? 'SINGLE_LABEL' : 'MULTI_LABEL'}: give ${multi ? '`label`' : '`labels`'}.`,
      );
    checkRoom(at, task, next, oneTooMany);
    kinds.set(task, multi);
    row.set(task, next);
  });
  return rows;
}

/** The same rows in the same order, some of them with other labels. */
export async function* relabelled(rows: AsyncIterable<Example>, changes: Relabelling): AsyncGenerator<Example> {
  let place = 0;
  for await (const row of rows) {
    const change = changes.get(place);
    place += 1;
    if (change === undefined) {
      yield row;
      continue;
    }
    const labels = Object.entries({ ...row.labels, ...Object.fromEntries(change) });
    yield { ...row, labels: Object.fromEntries(labels.filter(isThere)) };
  }
}

const isThere = (entry: [string, TaskLabels | undefined]): entry is [string, TaskLabels] => entry[1] !== undefined;

/** @throws ManyheadError BAD_USER_INPUT where rows label a task as another kind than the data set does */
export function checkKinds(field: string, added: readonly Example[], dataset: Dataset): void {
  added.forEach(({ labels }, place) => {
    for (const { task, kind } of dataset.tasks)
      if (Object.hasOwn(labels, task) && (typeof labels[task] === 'string') !== (kind === 'SINGLE_LABEL'))
        throw badInput(
          `${field}[${place}].labels`,
          `${field}[${place}] labels task ${shown(task)} as ${kind === 'SINGLE_LABEL' ? 'MULTI_LABEL' : 'SINGLE_LABEL'}: the data set has it as ${kind}.`,
        );
  });
}

/** Some rows, and then others. */
export async function* followedBy(rows: AsyncIterable<Example>, more: Iterable<Example>): AsyncGenerator<Example> {
  yield* rows;
  yield* more;
}
