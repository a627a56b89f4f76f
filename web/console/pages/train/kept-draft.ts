import { useEffect, useState } from 'react';
import { keep, kept } from '../../parts/kept';
import { type Draft, firstDraft } from './draft';

/**
 * The form as it is being filled in: it stays in this tab while somebody looks at other pages. Each address has a draft of its own,
 * so that "Train on it" begins with that data set and takes nothing away that was pasted before.
 */
export function useDraft(search: URLSearchParams) {
  const place = `manyhead:draft?${search}`;
  const first = firstDraft(search);
  const [draft, setDraft] = useState<Draft>(() => ({ ...first, ...JSON.parse(kept(place) ?? '{}') }));
  const isBegun = JSON.stringify(draft) !== JSON.stringify(first);
  useEffect(() => keep(place, isBegun ? JSON.stringify(draft) : undefined), [place, isBegun, draft]);
  return {
    draft,
    isBegun,
    change: (changed: Partial<Draft>) => setDraft((before) => ({ ...before, ...changed })),
    forget: () => keep(place, undefined),
  };
}
