import { unlessDamaged } from '../errors.js';
import type { Registry } from './registry.js';
import type { ModelVersion } from './version.js';

/** Of more ancestors than that little is left in the weights, and each is a file to be read. */
export const MOST_ANCESTORS = 100;

/** The versions that a version goes on from, nearest first, up to the first that is gone or cannot be read. */
export async function* ancestorsOf(
  version: ModelVersion,
  registry: Pick<Registry, 'find' | 'versions'>,
): AsyncGenerator<ModelVersion> {
  const there = new Set(await registry.versions(version.model));
  let { parent } = version;
  for (let count = 0; parent !== undefined && there.has(parent) && count < MOST_ANCESTORS; count++) {
    const ancestor: ModelVersion | undefined = await unlessDamaged(registry.find(version.model, parent));
    if (ancestor === undefined) return;
    yield ancestor;
    parent = ancestor.parent;
  }
}
