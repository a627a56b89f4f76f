import type { HeadDescription } from '../heads/file.js';
import type { Named } from '../heads/reshape.js';

/**
 * The tasks and labels of one version that another is without, though nobody removed them.
 * @param heads of the one, under the names that they have in the other
 * @param removed on the way to the other
 */
export function missingFrom(
  there: readonly Pick<HeadDescription, 'task' | 'labels'>[],
  heads: readonly Pick<HeadDescription, 'task' | 'labels'>[],
  removed: readonly Named[],
): readonly Named[] {
  const isRemoved = (task: string, label: string | undefined) =>
    removed.some((each) => each.task === task && (each.label === undefined || each.label === label));
  return heads.flatMap(({ task, labels }): Named[] => {
    if (isRemoved(task, undefined)) return [];
    const other = there.find((each) => each.task === task);
    if (other === undefined) return [{ task, label: undefined }];
    return labels
      .filter((label) => !other.labels.includes(label) && !isRemoved(task, label))
      .map((label) => ({ task, label }));
  });
}
