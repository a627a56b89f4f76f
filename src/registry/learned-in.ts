import { ManyheadError, shown } from '../errors.js';
import { taskBefore } from '../heads/renamed.js';
import type { Reshape } from '../heads/reshape.js';
import { ancestorsOf, MOST_ANCESTORS } from './ancestors.js';
import type { Registry } from './registry.js';
import type { ModelVersion } from './version.js';

/** Where a head got its weights. */
export interface Learning {
  /** The version itself, or the nearest that it goes on from in which the head learned. */
  readonly version: ModelVersion;
  /** What the task was called there. */
  readonly task: string;
  /** What became of the task and its labels since, the oldest first. */
  readonly reshapes: readonly Reshape[];
}

/**
 * Where the head of a task learned: in versions that only measured it, renamed it, or had no rows for it, it did not.
 * @throws ManyheadError CONFLICT where that version is gone, or more than 100 versions back
 */
export async function learnedIn(
  asked: ModelVersion,
  name: string,
  registry: Pick<Registry, 'find' | 'versions'>,
): Promise<Learning> {
  let [version, task]: [ModelVersion, string] = [asked, name];
  const reshapes: Reshape[] = [];
  const isFixed = () => version.tasks.find((head) => head.task === task)?.frozen ?? true;
  const ancestors = ancestorsOf(asked, registry);
  while (isFixed()) {
    const { value: ancestor } = await ancestors.next();
    if (ancestor === undefined)
      throw new ManyheadError(
        'CONFLICT',
        `the head of task ${shown(name)} did not learn in version ${asked.number}, and the version in which it learned is gone, or more than ${MOST_ANCESTORS} versions back: nothing is left to explain it by.`,
        'version',
      );
    const { reshape } = version;
    if (reshape) {
      reshapes.unshift(reshape);
      task = taskBefore(task, [reshape]);
    }
    version = ancestor;
  }
  return { version, task, reshapes };
}
