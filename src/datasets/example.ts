/** SINGLE_LABEL: exactly one label is right. MULTI_LABEL: any number of labels, none included. */
export type TaskKind = 'SINGLE_LABEL' | 'MULTI_LABEL';

/** The labels of one task on one row: one label for a SINGLE_LABEL task, a list for a MULTI_LABEL one. */
export type TaskLabels = string | readonly string[];

/** Which rows a row belongs to, where its author says so: those learned from, those that validate, those that only measure. */
export const splits = ['TRAINING', 'VALIDATION', 'TEST'] as const;
export type SplitName = (typeof splits)[number];

/** By convention, the label of a row that belongs to none of a task's labels: it measures abstaining, and is never learned. */
export const OUT_OF_SCOPE = '__out_of_scope__';

/** A row: a text and, for some tasks or all, its labels. */
export interface Example {
  readonly text: string;
  readonly labels: Readonly<Record<string, TaskLabels>>;
  readonly split?: SplitName;
}

/** What a data set says of one task. Labels in the order of their names. */
export interface DatasetTask {
  readonly task: string;
  readonly kind: TaskKind;
  readonly labels: readonly { readonly label: string; readonly rows: number }[];
  readonly unlabelledRows: number;
}

/** The labels a row has for a task, as a list; undefined where the row says nothing about the task. */
export function labelsOf(example: Example, task: string): readonly string[] | undefined {
  if (!Object.hasOwn(example.labels, task)) return undefined;
  const labels = example.labels[task];
  return typeof labels === 'string' ? [labels] : labels;
}
