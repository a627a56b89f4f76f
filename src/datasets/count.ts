import { type DatasetTask, type Example, labelsOf, type SplitName, splits } from './example.js';

/** Counts rows as they pass. */
export interface RowCounter {
  add(example: Example): void;
  /** The tasks of the rows so far, by name, with the rows of every label. */
  tasks(): DatasetTask[];
  /** Rows that say which split they belong to. */
  splits(): SplitCount[];
  readonly rows: number;
}

export interface SplitCount {
  readonly split: SplitName;
  readonly rows: number;
}

export function rowCounter(): RowCounter {
  const tasks = new Map<string, { multi: boolean; rows: number; labels: Map<string, number> }>();
  const bySplit = new Map<SplitName, number>();
  let all = 0;
  return {
    get rows() {
      return all;
    },
    add(example) {
      all += 1;
      if (example.split) bySplit.set(example.split, (bySplit.get(example.split) ?? 0) + 1);
      for (const task of Object.keys(example.labels)) {
        const count = tasks.get(task) ?? {
          multi: typeof example.labels[task] !== 'string',
          rows: 0,
          labels: new Map(),
        };
        tasks.set(task, count);
        count.rows += 1;
        for (const label of labelsOf(example, task) ?? []) count.labels.set(label, (count.labels.get(label) ?? 0) + 1);
      }
    },
    tasks: () =>
      [...tasks]
        .sort(([a], [b]) => byName(a, b))
        .map(([task, { multi, rows, labels }]) => ({
          task,
          kind: multi ? 'MULTI_LABEL' : 'SINGLE_LABEL',
          labels: [...labels].sort(([a], [b]) => byName(a, b)).map(([label, rows]) => ({ label, rows })),
          unlabelledRows: all - rows,
        })),
    splits: () => splits.flatMap((split) => (bySplit.has(split) ? [{ split, rows: bySplit.get(split) ?? 0 }] : [])),
  };
}

/** The tasks of some rows, by name, with the rows of every label. */
export function countTasks(examples: readonly Example[]): DatasetTask[] {
  const counter = rowCounter();
  for (const example of examples) counter.add(example);
  return counter.tasks();
}

/** By code unit, so that the order is the same on every machine and in every locale. */
export const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
