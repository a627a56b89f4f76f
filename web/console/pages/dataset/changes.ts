import { readLabels, writtenLabels } from '../../rows/several-labels';
import type { LabelledTask, Row } from './operations';

/** What was typed for a row and task, where it is not what the row says. */
export type Changes = ReadonlyMap<string, string>;

const keyOf = (row: number, task: string): string => `${row} ${task}`;

export const isChanged = (changes: Changes, row: Row, task: string): boolean => changes.has(keyOf(row.row, task));

export const typedLabels = (changes: Changes, row: Row, task: LabelledTask): string =>
  changes.get(keyOf(row.row, task.task)) ?? saidLabels(row, task);

/** What a row says of a task, as it would be typed. */
function saidLabels({ labels }: Row, { task, kind }: LabelledTask): string {
  const said = labels.find((each) => each.task === task)?.labels;
  if (said === undefined) return '';
  return kind === 'MULTI_LABEL' ? writtenLabels(said) : (said.at(0) ?? '');
}

/** The changes with one more, or one less where what is typed is what the row says anyway. */
export function withTyped(changes: Changes, row: Row, task: LabelledTask, typed: string): Changes {
  const next = new Map(changes);
  const key = keyOf(row.row, task.task);
  if (typed.trim() === saidLabels(row, task)) next.delete(key);
  else next.set(key, typed);
  return next;
}

/** The changes that are left when some were saved: those typed or typed anew since. */
export const without = (changes: Changes, saved: Changes): Changes =>
  new Map([...changes].filter(([key, typed]) => saved.get(key) !== typed));

/** The changes as `labelExamples` takes them. */
export const changeInputs = (changes: Changes, tasks: readonly LabelledTask[]) =>
  [...changes].map(([key, typed]) => {
    const space = key.indexOf(' ');
    const [row, task] = [Number(key.slice(0, space)), key.slice(space + 1)];
    const given = typed.trim();
    if (given === '') return { row, task };
    const isMulti = tasks.find((each) => each.task === task)?.kind === 'MULTI_LABEL';
    return isMulti ? { row, task, labels: readLabels(given) } : { row, task, label: given };
  });
