import { useSyncExternalStore } from 'react';
import { keep, kept } from '../../parts/kept';
import { unsavedLabels } from '../../rows/unsaved';
import type { Changes } from './changes';
import type { LabelledTask } from './operations';

/** Labels that were changed and not saved yet. */
export interface Edits {
  /** Of the rows that they were decided on: the rows may be others by now. */
  readonly digest: string;
  readonly changes: Changes;
  /** Tasks that no row is labelled for yet. */
  readonly begun: readonly LabelledTask[];
}

const none: Edits = { digest: '', changes: new Map(), begun: [] };

/** By data set, and not within its page: labels that are being saved are saved, too, when somebody has gone on to another. */
const edited = new Map<string, Edits>();
const listeners = new Set<() => void>();

/** The edits of a data set: they stay in this tab while somebody looks at other pages, or loads this one again. */
export const useEdits = (dataset: string): Edits => useSyncExternalStore(listen, () => editsOf(dataset));

/** Changes the edits of a data set, and keeps them. */
export function edit(dataset: string, change: (now: Edits) => Edits): void {
  const edits = change(editsOf(dataset));
  edited.set(dataset, edits);
  keep(unsavedLabels(dataset), edits.changes.size > 0 ? writeEdits(edits) : undefined);
  for (const listener of listeners) listener();
}

/** Where a data set is gone, so are they. */
export const forgetEdits = (dataset: string): void => edit(dataset, () => none);

function editsOf(dataset: string): Edits {
  const edits = edited.get(dataset) ?? readEdits(kept(unsavedLabels(dataset))) ?? none;
  edited.set(dataset, edits);
  return edits;
}

function listen(listener: () => void) {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

const writeEdits = ({ digest, changes, begun }: Edits): string =>
  JSON.stringify({ digest, changes: [...changes], begun });

function readEdits(written: string | undefined): Edits | undefined {
  if (written === undefined) return undefined;
  const { digest, changes, begun } = JSON.parse(written);
  return { digest, changes: new Map(changes), begun };
}
