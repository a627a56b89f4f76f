import type { LabelledTask, Row } from './operations';

/** What was typed for a row and task, where it is not what the row says. */
export type Changes = ReadonlyMap<string, string>;

/** Labels of a task that has several are typed with commas between them. */
const SEPARATOR = ',';

const keyOf = (row: number, task: string): string => `${row} ${task}`;

/** What a row says of a task, as it is typed. */
export const writtenLabels = ({ labels }: Row, task: string): string =>
  labels.find((each) => each.task === task)?.labels.join(`${SEPARATOR} `) ?? '';

export const typedLabels = (changes: Changes, row: Row, task: string): string =>
  changes.get(keyOf(row.row, task)) ?? writtenLabels(row, task);

/** The changes with one more, or one less where what is typed is what the row says anyway. */
export function withTyped(changes: Changes, row: Row, task: string, typed: string): Changes {
  const next = new Map(changes);
  if (typed.trim() === writtenLabels(row, task)) next.delete(keyOf(row.row, task));
  else next.set(keyOf(row.row, task), typed);
  return next;
}

/** The changes as `labelExamples` takes them. */
export const changeInputs = (changes: Changes, tasks: readonly LabelledTask[]) =>
  [...changes].map(([key, typed]) => {
    const space = key.indexOf(' ');
    const [row, task] = [Number(key.slice(0, space)), key.slice(space + 1)];
    const given = typed.trim();
    if (given === '') return { row, task };
    const isMulti = tasks.find((each) => each.task === task)?.kind === 'MULTI_LABEL';
    const labels = given.split(SEPARATOR).map((label) => label.trim());
    return isMulti ? { row, task, labels: [...new Set(labels.filter(Boolean))] } : { row, task, label: given };
  });
