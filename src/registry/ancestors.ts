import type { Registry } from './registry.js';
import type { ModelVersion } from './version.js';

/** Of more ancestors than that little is left in the weights, and each is a file to be read. */
const MOST = 100;

/** The versions that a version goes on from, nearest first, as far as they are still there. */
export async function* ancestorsOf(
  version: ModelVersion,
  registry: Pick<Registry, 'find' | 'versions'>,
): AsyncGenerator<ModelVersion> {
  const there = new Set(await registry.versions(version.model));
  let { parent } = version;
  for (let count = 0; parent !== undefined && there.has(parent) && count < MOST; count++) {
    const ancestor: ModelVersion | undefined = await registry.find(version.model, parent);
    if (ancestor === undefined) return;
    yield ancestor;
    parent = ancestor.parent;
  }
}
