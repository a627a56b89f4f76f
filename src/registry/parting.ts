import { keyOf, type Named, type Reshape } from '../heads/reshape.js';
import { lineageOf } from './lineage.js';
import type { Registry } from './registry.js';
import type { Ancestor, ModelVersion } from './version.js';

/** What became of the names of two versions since the last one that both come from, or are. */
export interface Parting {
  /** What was renamed on the way to the one, undone step by step: leads from its names to those of where they parted. */
  readonly undone: readonly Reshape[];
  /** What was renamed on the way to the other, the oldest first: leads on to its names. */
  readonly done: readonly Reshape[];
  /** What was removed on the way to the other, under the names that it would have there by now. */
  readonly removed: readonly Named[];
  /** What was removed on the way to the one, under the names that it would have in the other. */
  readonly removedThere: readonly Named[];
}

/** From the names of one version to those of another; nothing became of them where the two have no version in common that is known. */
export async function parting(
  from: ModelVersion,
  to: ModelVersion,
  registry: Pick<Registry, 'find' | 'versions'>,
): Promise<Parting> {
  const [there, here] = [await lineageOf(from, registry), await lineageOf(to, registry)];
  const [awaySteps, onSteps] = [since(here, there), since(there, here)];
  const undone = renames([...awaySteps].reverse().map(undo));
  const done = renames(onSteps);
  return {
    undone,
    done,
    removed: removedIn(onSteps),
    removedThere: [...undone, ...done].reduce<readonly Named[]>(
      (removed, { rename }) => removed.map(renaming(rename)),
      removedIn(awaySteps),
    ),
  };
}

/** How a lineage was reshaped since it left another one, the oldest first. */
function since(other: readonly Ancestor[], lineage: readonly Ancestor[]): readonly Reshape[] {
  const left = lineage.findIndex(({ number }) => other.some((each) => each.number === number));
  return lineage
    .slice(0, Math.max(left, 0))
    .flatMap(({ reshape }) => reshape ?? [])
    .reverse();
}

const renames = (reshapes: readonly Reshape[]): readonly Reshape[] =>
  reshapes.filter(({ rename }) => rename.length > 0).map(({ rename }) => ({ remove: [], rename }));

function undo({ rename }: Reshape): Reshape {
  const after = renaming(rename);
  return {
    remove: [],
    rename: rename.map(({ task, label, to }) =>
      label === undefined
        ? { task: to, label, to: task }
        : { task: after({ task, label: undefined }).task, label: to, to: label },
    ),
  };
}

/** All that was removed, under the names that what was renamed since gave it. */
function removedIn(reshapes: readonly Reshape[]): readonly Named[] {
  let removed: readonly Named[] = [];
  for (const { remove, rename } of reshapes) removed = removed.concat(remove).map(renaming(rename));
  return removed;
}

/** What a name is called afterwards. */
function renaming(rename: Reshape['rename']): (named: Named) => Named {
  const names = new Map(rename.map((each) => [keyOf(each), each.to]));
  return ({ task, label }) => ({
    task: names.get(keyOf({ task, label: undefined })) ?? task,
    label: label && (names.get(keyOf({ task, label })) ?? label),
  });
}
