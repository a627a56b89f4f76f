/** Which version of which model is asked: the number, or what the alias points to; `production` where neither is named. */
export interface AskedVersion {
  readonly model: string;
  readonly version?: number;
  readonly alias?: string;
}

/** A version as the search part of an address has it: `model=support&version=7`; and back. */
export function askedVersion(search: URLSearchParams): AskedVersion {
  const model = search.get('model') ?? 'default';
  const version = Number(search.get('version') ?? Number.NaN);
  const alias = search.get('alias');
  return Number.isInteger(version) ? { model, version } : alias ? { model, alias } : { model };
}

export function searchFor({ model, version, alias }: AskedVersion): URLSearchParams {
  const search = new URLSearchParams({ model });
  if (version !== undefined) search.set('version', String(version));
  else if (alias !== undefined) search.set('alias', alias);
  return search;
}
