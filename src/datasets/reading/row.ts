import { shown } from '../../errors.js';
import { isName } from '../../names.js';
import { LONGEST_LABEL, LONGEST_TEXT } from '../check.js';
import type { Example, SplitName, TaskKind, TaskLabels } from '../example.js';
import { canonicalLabel } from '../label.js';
import { taskLimits } from '../task-limits.js';
import { type ProblemList, problem } from './problem.js';

/** A row as a file has it. */
export interface GivenRow {
  readonly line: number;
  readonly text: GivenValue;
  /** Undefined: there is no such column. */
  readonly split: GivenValue | undefined;
  readonly labels: readonly GivenLabels[];
}

export interface GivenValue {
  /** The column's name. */
  readonly column: string;
  readonly value: unknown;
}

export interface GivenLabels extends GivenValue {
  readonly task: string;
}

const splitNames: Readonly<Record<string, SplitName>> = {
  train: 'TRAINING',
  training: 'TRAINING',
  val: 'VALIDATION',
  valid: 'VALIDATION',
  validation: 'VALIDATION',
  dev: 'VALIDATION',
  test: 'TEST',
};

/**
 * Turns rows of a file into rows of a data set, one after the other: what is wrong with one goes to `problems`, as what is right
 * depends on the rows before (a task is of one kind, and has so many labels at most).
 * @returns undefined where the row cannot be used
 */
export function rowReader(problems: ProblemList): (given: GivenRow) => Example | undefined {
  const kinds = new Map<string, TaskKind>();
  const oneTooMany = taskLimits();

  const checkTask = ({ task, column }: GivenLabels, given: TaskLabels): string | undefined => {
    if (!isName(task))
      return `${shown(column)} cannot name a task: give 1 to 64 letters, digits, "-", "_" or ".", or map it with task.<name>=.`;
    const kind = typeof given === 'string' ? 'SINGLE_LABEL' : 'MULTI_LABEL';
    if ((kinds.get(task) ?? kind) !== kind) return `task ${shown(task)} has one label in rows before and a list here.`;
    const found = oneTooMany(task, given);
    if (found) return found.why;
    kinds.set(task, kind);
    return undefined;
  };

  return ({ line, text, split, labels: given }) => {
    const before = problems.count;
    const refuse = ({ column, value }: GivenValue, why: string) => problems.add(problem(line, column, value, why));
    const wrongText = whyNotText(text.value);
    if (wrongText) refuse(text, wrongText);
    const chosen = splitOf(split?.value);
    if (split && chosen === null) refuse(split, 'give train, validation or test, or nothing.');
    const row: Record<string, TaskLabels> = {};
    for (const each of given) {
      const { labels, why } = labelsOf(each.value);
      if (why) refuse(each, why);
      if (labels === undefined) continue;
      const wrong = Object.hasOwn(row, each.task) ? twice(each) : checkTask(each, labels);
      if (wrong) refuse(each, wrong);
      row[each.task] = labels;
    }
    if (problems.count > before || typeof text.value !== 'string') return undefined;
    return chosen ? { text: text.value, labels: row, split: chosen } : { text: text.value, labels: row };
  };
}

const twice = ({ task }: GivenLabels): string =>
  `task ${shown(task)} has labels in this row already: give each task once.`;

function whyNotText(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'give a text.';
  if (value.trim() === '') return 'give a text that is not empty.';
  return value.length > LONGEST_TEXT
    ? `it is ${value.length} characters long: give at most ${LONGEST_TEXT}.`
    : undefined;
}

/** Undefined: none is given; null: it is none of the three. */
function splitOf(value: unknown): SplitName | undefined | null {
  if (isNothing(value)) return undefined;
  const name = typeof value === 'string' ? value.trim().toLowerCase() : '';
  return Object.hasOwn(splitNames, name) ? splitNames[name] : null;
}

/** Nothing, where the row says nothing about the task. */
function labelsOf(value: unknown): { labels?: TaskLabels; why?: string } {
  if (isNothing(value)) return {};
  if (Array.isArray(value) ? value.some(isInexact) : isInexact(value))
    return { why: 'a number as large is not read as it is written: put it in quotes.' };
  const given = Array.isArray(value) ? value.map(labelOf) : labelOf(value);
  const each = typeof given === 'object' ? given : [given];
  if (each.includes(undefined)) return { why: 'give a label, or a list of labels.' };
  const labels = each.filter((label) => label !== undefined);
  const long = labels.find((label) => label.length > LONGEST_LABEL);
  if (long !== undefined) return { why: `a label is ${long.length} characters long: give at most ${LONGEST_LABEL}.` };
  if (new Set(labels).size < labels.length) return { why: 'a label stands there twice.' };
  return { labels: Array.isArray(value) ? labels : labels[0] };
}

/** A number that has become another one when it was read, or none. */
const isInexact = (value: unknown): boolean =>
  typeof value === 'number' && !Number.isSafeInteger(value) && (Number.isInteger(value) || !Number.isFinite(value));

const labelOf = (value: unknown): string | undefined => {
  const label = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  return typeof label === 'string' ? canonicalLabel(label) || undefined : undefined;
};

const isNothing = (value: unknown): boolean => value === undefined || value === null || value === '';
