import { useEffect, useState } from 'react';
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

/** The edits of a data set: they stay in this tab while somebody looks at other pages, or loads this one again. */
export function useEdits(dataset: string, digest: string) {
  const place = unsavedLabels(dataset);
  const [edits, setEdits] = useState<Edits>(() => readEdits(kept(place)) ?? { digest, changes: new Map(), begun: [] });
  useEffect(() => keep(place, edits.changes.size > 0 ? writeEdits(edits) : undefined), [place, edits]);
  return [edits, setEdits] as const;
}

const writeEdits = ({ digest, changes, begun }: Edits): string =>
  JSON.stringify({ digest, changes: [...changes], begun });

function readEdits(written: string | undefined): Edits | undefined {
  if (written === undefined) return undefined;
  const { digest, changes, begun } = JSON.parse(written);
  return { digest, changes: new Map(changes), begun };
}
