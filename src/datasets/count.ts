import { type DatasetTask, type Example, labelsOf } from './example.js';

/** The tasks of some rows, by name, with the rows of every label. */
export function countTasks(examples: readonly Example[]): DatasetTask[] {
  const tasks = new Map<string, { multi: boolean; rows: number; labels: Map<string, number> }>();
  for (const example of examples)
    for (const [task, given] of Object.entries(example.labels)) {
      const count = tasks.get(task) ?? { multi: typeof given !== 'string', rows: 0, labels: new Map<string, number>() };
      tasks.set(task, count);
      count.rows += 1;
      for (const label of labelsOf(example, task) ?? []) count.labels.set(label, (count.labels.get(label) ?? 0) + 1);
    }
  return [...tasks]
    .sort(([a], [b]) => byName(a, b))
    .map(([task, { multi, rows, labels }]) => ({
      task,
      kind: multi ? 'MULTI_LABEL' : 'SINGLE_LABEL',
      labels: [...labels].sort(([a], [b]) => byName(a, b)).map(([label, rows]) => ({ label, rows })),
      unlabelledRows: examples.length - rows,
    }));
}

/** By code unit, so that the order is the same on every machine and in every locale. */
export const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
