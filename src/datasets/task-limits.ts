import { shown } from '../errors.js';
import type { DatasetTask, TaskLabels } from './example.js';

/** Tasks of one data set. */
export const MOST_TASKS = 100;

/** Labels of one task. */
export const MOST_LABELS = 10_000;

/** What does not fit any more. */
export interface OneTooMany {
  /** Undefined: it is the task. */
  readonly label: string | undefined;
  readonly why: string;
}

/**
 * Looks, row by row, whether tasks and labels are as many as there may be. What does not fit is forgotten, so that rows of which each
 * has a label of its own take no more memory than others.
 * @param before the tasks of the rows that others are added to
 */
export function taskLimits(
  before: readonly Pick<DatasetTask, 'task' | 'labels'>[] = [],
): (task: string, given: TaskLabels) => OneTooMany | undefined {
  const known = new Map(before.map(({ task, labels }) => [task, new Set(labels.map(({ label }) => label))]));
  return (task, given) => {
    const labels = known.get(task) ?? new Set<string>();
    if (!known.has(task) && known.size >= MOST_TASKS)
      return { label: undefined, why: `there are ${known.size} tasks already: give at most ${MOST_TASKS}.` };
    known.set(task, labels);
    for (const label of typeof given === 'string' ? [given] : given) {
      if (labels.has(label)) continue;
      if (labels.size >= MOST_LABELS)
        return { label, why: `task ${shown(task)} has ${labels.size} labels already: give at most ${MOST_LABELS}.` };
      labels.add(label);
    }
    return undefined;
  };
}
