/** Which rows are shown. */
export interface RowFilter {
  readonly task: string | undefined;
  readonly label: string | undefined;
  /** Those that say nothing of the task, or nothing at all. */
  readonly unlabelled: boolean;
}

/** Where in a data set somebody is, as the search part of an address has it. */
export interface Place extends RowFilter {
  /** The row that those shown come after, counted from 0; none at the beginning. */
  readonly after: number | undefined;
}

export function placeIn(search: URLSearchParams): Place {
  const after = search.get('after');
  return {
    after: after !== null && /^\d{1,9}$/.test(after) ? Number(after) : undefined,
    task: search.get('task') ?? undefined,
    label: search.get('label') ?? undefined,
    unlabelled: search.has('unlabelled'),
  };
}

export function searchOf({ after, task, label, unlabelled }: Place): URLSearchParams {
  const search = new URLSearchParams();
  if (task !== undefined) search.set('task', task);
  if (label !== undefined) search.set('label', label);
  if (unlabelled) search.set('unlabelled', 'true');
  if (after !== undefined) search.set('after', String(after));
  return search;
}
