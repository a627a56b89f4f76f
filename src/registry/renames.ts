import type { Named, Reshape } from '../heads/reshape.js';
import { ancestorsOf } from './ancestors.js';
import type { Registry } from './registry.js';
import type { ModelVersion } from './version.js';

/**
 * What brings one version's names to another's, step by step: the renames of `from`'s lineage since the last version that both
 * come from, or are, undone, then those of `to`'s lineage since then. Removals are left out.
 */
export async function renamesBetween(
  from: ModelVersion,
  to: ModelVersion,
  registry: Pick<Registry, 'find' | 'versions'>,
): Promise<readonly Reshape[]> {
  const [lineageOfFrom, lineageOfTo] = [await lineageOf(from, registry), await lineageOf(to, registry)];
  const undone = renamed(since(lineageOfTo, lineageOfFrom)).map(({ rename }) => ({
    remove: [],
    rename: rename.map(({ task, label, to: now }) => {
      const after = rename.find((each) => each.task === task && each.label === undefined)?.to ?? task;
      return label === undefined ? { task: now, label, to: task } : { task: after, label: now, to: label };
    }),
  }));
  const done = renamed(since(lineageOfFrom, lineageOfTo)).map(({ rename }) => ({ remove: [], rename }));
  return [...undone, ...done.reverse()];
}

/** A version and those it goes on from, nearest first. */
async function lineageOf(
  version: ModelVersion,
  registry: Pick<Registry, 'find' | 'versions'>,
): Promise<readonly ModelVersion[]> {
  const lineage = [version];
  for await (const ancestor of ancestorsOf(version, registry)) lineage.push(ancestor);
  return lineage;
}

const renamed = (reshapes: readonly Reshape[]) => reshapes.filter(({ rename }) => rename.length > 0);

/** What a lineage was reshaped by since it left another one, nearest first. */
function since(other: readonly ModelVersion[], lineage: readonly ModelVersion[]): readonly Reshape[] {
  const left = lineage.findIndex(({ number }) => other.some((each) => each.number === number));
  return lineage.slice(0, left < 0 ? undefined : left).flatMap(({ reshape }) => reshape ?? []);
}

/**
 * What was removed on the way to a version since the last one that another goes on from, too (or is), under the names that it would
 * have by now.
 */
export async function removalsSince(
  from: ModelVersion,
  to: ModelVersion,
  registry: Pick<Registry, 'find' | 'versions'>,
): Promise<readonly Named[]> {
  const [lineageOfFrom, lineageOfTo] = [await lineageOf(from, registry), await lineageOf(to, registry)];
  let removed: readonly Named[] = [];
  for (const { remove, rename } of [...since(lineageOfFrom, lineageOfTo)].reverse())
    removed = [...removed, ...remove].map((each) => renamedOnce(each, rename));
  return removed;
}

const renamedOnce = ({ task, label }: Named, rename: Reshape['rename']): Named => {
  const nameOf = (name: string | undefined) =>
    rename.find((each) => each.task === task && each.label === name)?.to ?? name;
  return { task: nameOf(undefined) ?? task, label: label && nameOf(label) };
};
