import type { DatasetTask } from '../datasets/example.js';
import { badInput, shown } from '../errors.js';
import type { HeadDescription } from '../heads/file.js';

/** What keeps its weights. FULL: the encoder is fixed. */
export interface Freeze {
  readonly backbone: 'FULL';
  /** Tasks whose heads keep their weights. */
  readonly heads: readonly string[];
}

/**
 * What becomes of one head: it learns (from the base version's weights where the base has it), it is frozen but measured
 * on the rows, or it is not in the rows and stays as it is.
 */
export interface HeadPlan {
  readonly role: 'learns' | 'frozen' | 'untouched';
  readonly head: HeadDescription;
  /** The base version's head of the same task. */
  readonly base: HeadDescription | undefined;
}

export interface FreezePlan {
  readonly heads: readonly HeadPlan[];
  readonly trainableParameters: number;
  readonly frozenParameters: number;
}

/** What the plan follows from. */
export interface PlanRequest {
  /** Which field of the input holds the rows, for messages: `dataset` or `examples`. */
  readonly rowsField: string;
  /** The tasks to train or measure; all of the rows' tasks when undefined. */
  readonly tasks: readonly string[] | undefined;
  readonly freeze: Freeze;
  /** Width of the hidden layer of heads that are new. */
  readonly hiddenUnits: number;
}

/**
 * What learns and what is fixed, decided once, by the API before it accepts a job and by the worker before it runs one.
 * @param rows the tasks of the rows
 * @param base the heads of the version to go on from; none for a new model
 * @throws ManyheadError BAD_USER_INPUT where the request contradicts itself, the rows or the base
 */
export function freezePlan(
  request: PlanRequest,
  rows: readonly DatasetTask[],
  base: readonly HeadDescription[],
  encoder: { readonly dimensions: number; readonly parameters: number },
): FreezePlan {
  const { rowsField, tasks, freeze } = request;
  const names = rows.map(({ task }) => task);
  if (names.length === 0)
    throw badInput(rowsField, `${rowsField} has no labels: label its rows for at least one task.`);
  checkAmong('tasks', tasks ?? [], names, `the tasks of ${rowsField} are`);
  if (tasks?.length === 0)
    throw badInput('tasks', 'tasks is empty: name at least one, or leave it out for all of them.');
  const known = base.map(({ task }) => task);
  checkAmong(
    'freeze.heads',
    freeze.heads,
    known,
    known.length > 0 ? 'the heads to go on from are' : 'the model is new and has no heads to keep; heads are',
  );

  const chosen = rows.filter(({ task }) => tasks?.includes(task) ?? true);
  const heads = [
    ...chosen.map((task) =>
      planHead(
        request,
        task,
        base.find((head) => head.task === task.task),
      ),
    ),
    ...base
      .filter(({ task }) => !chosen.some((each) => each.task === task))
      .map((head): HeadPlan => ({ role: 'untouched', head, base: head })),
  ];
  const count = (learns: boolean) =>
    heads
      .filter(({ role }) => (role === 'learns') === learns)
      .reduce((sum, { head }) => sum + parameterCount(head, encoder.dimensions), 0);
  return { heads, trainableParameters: count(true), frozenParameters: encoder.parameters + count(false) };
}

function planHead(
  { rowsField, freeze, hiddenUnits }: PlanRequest,
  rows: DatasetTask,
  base: HeadDescription | undefined,
): HeadPlan {
  const { task, kind } = rows;
  if (base !== undefined && base.kind !== kind)
    throw badInput(rowsField, `${rowsField} labels task ${shown(task)} as ${kind}: the model's head is ${base.kind}.`);
  const frozen = freeze.heads.indexOf(task);
  const unknown = rows.labels.filter(({ label }) => !base?.labels.includes(label));
  if (base !== undefined && frozen >= 0) {
    if (unknown.length > 0)
      throw badInput(
        `freeze.heads[${frozen}]`,
        `freeze.heads[${frozen}] is ${shown(task)}: a frozen head cannot learn the label ${shown(unknown[0].label)} that ${rowsField} gives it.`,
      );
    return { role: 'frozen', head: base, base };
  }
  const lonely = rows.labels.find(({ rows }) => rows < 2);
  if (lonely !== undefined)
    throw badInput(
      rowsField,
      `${rowsField} has one row with label ${shown(lonely.label)} of task ${shown(task)}: give every label at least 2.`,
    );
  const labels = [...(base?.labels ?? []), ...unknown.map(({ label }) => label)];
  const fewest = kind === 'SINGLE_LABEL' ? 2 : 1;
  if (labels.length < fewest)
    throw badInput(
      rowsField,
      `${rowsField} has ${labels.length} label(s) of task ${shown(task)}${labels.length === 1 ? `, ${shown(labels[0])}` : ''}: give at least ${fewest}.`,
    );
  return {
    role: 'learns',
    head: { task, kind, labels, temperature: 1, hiddenUnits: base?.hiddenUnits ?? hiddenUnits },
    base,
  };
}

function checkAmong(field: string, given: readonly string[], there: readonly string[], what: string): void {
  given.forEach((name, index) => {
    const at = `${field}[${index}]`;
    if (!there.includes(name))
      throw badInput(at, `${at} is ${shown(name)}: ${what} ${there.join(', ') || 'made by training'}.`);
    if (given.indexOf(name) < index) throw badInput(at, `${at} is ${shown(name)} a second time: name each once.`);
  });
}

const parameterCount = ({ labels, hiddenUnits }: HeadDescription, dimensions: number): number =>
  hiddenUnits === 0
    ? (dimensions + 1) * labels.length
    : (dimensions + 1) * hiddenUnits + (hiddenUnits + 1) * labels.length;
