import { ancestorsOf, MOST_ANCESTORS } from './ancestors.js';
import type { Registry } from './registry.js';
import type { Ancestor, ModelVersion } from './version.js';

/** A version and those it goes on from, nearest first, whether these are still there or not. */
export async function lineageOf(
  version: ModelVersion,
  registry: Pick<Registry, 'find' | 'versions'>,
): Promise<readonly Ancestor[]> {
  const { number, parent, reshape, lineage: known } = version;
  if (known) return [{ number, reshape }, ...known];
  // An earlier release wrote it: what its ancestors say of themselves, and of the first that is gone the number.
  const lineage: Ancestor[] = [{ number, reshape }];
  let before = parent;
  for await (const ancestor of ancestorsOf(version, registry)) {
    lineage.push({ number: ancestor.number, reshape: ancestor.reshape });
    before = ancestor.parent;
  }
  return before === undefined || lineage.length > MOST_ANCESTORS ? lineage : [...lineage, { number: before }];
}

/** What the version.json of one that goes on from `base` says of its lineage. */
export const lineageAfter = async (
  base: ModelVersion,
  registry: Pick<Registry, 'find' | 'versions'>,
): Promise<readonly Ancestor[]> => (await lineageOf(base, registry)).slice(0, MOST_ANCESTORS);
