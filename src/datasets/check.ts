import { badInput, shown } from '../errors.js';
import { checkName } from '../names.js';
import type { DatasetTask, Example, SplitName, TaskLabels } from './example.js';
import { canonicalLabel } from './label.js';
import { taskLimits } from './task-limits.js';

export const MOST_ROWS = 200_000;
export const LONGEST_TEXT = 100_000;
export const LONGEST_LABEL = 200;

/** Rows as a caller writes them. */
export interface GivenExample {
  readonly text: string;
  readonly labels: readonly {
    readonly task: string;
    readonly label?: string | null;
    readonly labels?: readonly string[] | null;
  }[];
  readonly split?: SplitName | null;
}

/**
 * Rows as given into rows that can be stored and trained on.
 * @param field where the rows stand in the input, for messages such as `examples[3].text`
 * @param before the tasks of the rows that these are added to
 * @throws ManyheadError BAD_USER_INPUT for the first wrong row: no text, a task twice or of two kinds, an empty label, ...
 */
export function checkExamples(
  field: string,
  given: readonly GivenExample[],
  before: readonly DatasetTask[] = [],
): Example[] {
  if (given.length === 0) throw badInput(field, `${field} is empty: give at least one row.`);
  if (given.length > MOST_ROWS)
    throw badInput(field, `${field} has ${given.length} rows: give at most ${MOST_ROWS} in one request.`);
  const kinds = new Map<string, { multi: boolean; field: string }>();
  const oneTooMany = taskLimits(before);
  return given.map((row, index) => {
    const at = `${field}[${index}]`;
    const labels: Record<string, TaskLabels> = Object.create(null);
    row.labels.forEach((each, place) => {
      const here = `${at}.labels[${place}]`;
      const task = checkName(`${here}.task`, each.task);
      if (task in labels)
        throw badInput(`${here}.task`, `${here}.task is ${shown(task)} a second time: give each task once a row.`);
      labels[task] = checkLabels(here, each.label ?? undefined, each.labels ?? undefined);
      const multi = typeof labels[task] !== 'string';
      const first = kinds.get(task);
      if (first && first.multi !== multi)
        throw badInput(
          here,
          `${here} gives ${multi ? '`labels`' : '`label`'} for task ${shown(task)}, ${first.field} gave ${first.multi ? '`labels`' : '`label`'}: one kind a task.`,
        );
      checkRoom(here, task, labels[task], oneTooMany);
      if (!first) kinds.set(task, { multi, field: here });
    });
    const text = checkText(`${at}.text`, row.text);
    return row.split ? { text, labels: { ...labels }, split: row.split } : { text, labels: { ...labels } };
  });
}

/** Makes sure that a task and its labels are not more than there may be. */
export function checkRoom(
  field: string,
  task: string,
  given: TaskLabels,
  oneTooMany: ReturnType<typeof taskLimits>,
): void {
  const found = oneTooMany(task, given);
  if (found === undefined) return;
  const { label, why } = found;
  const place = label === undefined ? 'task' : typeof given === 'string' ? 'label' : `labels[${given.indexOf(label)}]`;
  throw badInput(`${field}.${place}`, `${field}.${place} is ${shown(label ?? task)}: ${why}`);
}

/** A text that can be encoded: something in it, and not a whole book. */
export function checkText(field: string, text: string): string {
  if (text.trim() === '') throw badInput(field, `${field} is ${shown(text)}: give a text that is not empty.`);
  if (text.length > LONGEST_TEXT)
    throw badInput(field, `${field} is ${text.length} characters long: give at most ${LONGEST_TEXT}.`);
  return text;
}

/** Exactly one label, or a list of them. */
export function checkLabels(
  field: string,
  label: string | undefined,
  labels: readonly string[] | undefined,
): TaskLabels {
  if ((label === undefined) === (labels === undefined))
    throw badInput(
      field,
      `${field} gives ${label === undefined ? 'neither `label` nor `labels`' : 'both `label` and `labels`'}: give \`label\` where one label is right, \`labels\` where any number may be.`,
    );
  if (label !== undefined) return checkLabel(`${field}.label`, label);
  const checked = (labels ?? []).map((each, index) => checkLabel(`${field}.labels[${index}]`, each));
  if (new Set(checked).size < checked.length)
    throw badInput(`${field}.labels`, `${field}.labels is ${shown(checked)}: give each label once.`);
  return checked;
}

/** A label that says something, and is not a text of its own. @returns it as it is stored */
export function checkLabel(field: string, given: string): string {
  const label = canonicalLabel(given);
  if (label === '') throw badInput(field, `${field} is ${shown(given)}: give a label that is not empty.`);
  if (label.length > LONGEST_LABEL)
    throw badInput(field, `${field} is ${label.length} characters long: give at most ${LONGEST_LABEL}.`);
  return label;
}
