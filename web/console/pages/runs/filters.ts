import { type Status, statuses } from '../../jobs/job-status';
import { type Kind, kindNames } from '../../jobs/words';

/** Which runs are shown, as the search part of an address has it. */
export interface Filters {
  readonly model: string | undefined;
  readonly status: Status | undefined;
  readonly kind: Kind | undefined;
  /** The end of the page before. */
  readonly after: string | undefined;
  /** Runs whose curves are laid over each other. */
  readonly laid: readonly string[];
}

export function filtersIn(search: URLSearchParams): Filters {
  return {
    model: search.get('model') ?? undefined,
    status: statuses.find((status) => status === search.get('status')),
    kind: kindNames.find((kind) => kind === search.get('kind')),
    after: search.get('after') ?? undefined,
    laid: search.get('with')?.split(',').filter(Boolean) ?? [],
  };
}

export function searchOf({ model, status, kind, after, laid }: Filters): URLSearchParams {
  const search = new URLSearchParams();
  if (model !== undefined) search.set('model', model);
  if (status !== undefined) search.set('status', status);
  if (kind !== undefined) search.set('kind', kind);
  if (after !== undefined) search.set('after', after);
  if (laid.length > 0) search.set('with', laid.join(','));
  return search;
}
