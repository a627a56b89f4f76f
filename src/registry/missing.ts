import type { HeadDescription } from '../heads/file.js';
import { keyOf, type Named } from '../heads/reshape.js';

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
  const gone = new Set(removed.map(keyOf));
  return heads.flatMap(({ task, labels }): Named[] => {
    if (gone.has(keyOf({ task, label: undefined }))) return [];
    const other = there.find((each) => each.task === task);
    if (other === undefined) return [{ task, label: undefined }];
    const known = new Set(other.labels);
    return labels.map((label) => ({ task, label })).filter((each) => !known.has(each.label) && !gone.has(keyOf(each)));
  });
}
