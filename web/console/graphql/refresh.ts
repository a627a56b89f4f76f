import { useCallback, useEffect, useRef, useState } from 'react';

/**
 * Asks a query again, whenever it is told that there is something new. While the query is under way it is asked once more after
 * that: urql drops a query that is asked twice at a time, and the first answer may be older than the news.
 * @returns tells that there is something new
 */
export function useRefresh(
  query: { readonly fetching: boolean; readonly stale: boolean },
  again: (how: { readonly requestPolicy: 'network-only' }) => void,
): () => void {
  const [told, setTold] = useState(0);
  const answered = useRef(0);
  const isBusy = query.fetching || query.stale;
  useEffect(() => {
    if (isBusy || told === answered.current) return;
    answered.current = told;
    again({ requestPolicy: 'network-only' });
  }, [isBusy, told, again]);
  return useCallback(() => setTold((before) => before + 1), []);
}
