import { badInput } from '../errors.js';
import { checkName } from '../names.js';
import { PRODUCTION } from '../registry/changes.js';
import type { AskedVersion } from '../serving/versions.js';

/**
 * Which version a caller asks for: a number, or an alias; `production` where neither is given.
 * @throws ManyheadError BAD_USER_INPUT where both are
 */
export function askedVersion({
  version,
  alias,
}: {
  readonly version?: number | null;
  readonly alias?: string | null;
}): AskedVersion {
  if (version == null) return { alias: alias == null ? PRODUCTION : checkName('alias', alias) };
  if (alias != null) throw badInput('alias', `alias is ${alias} and version is ${version}: give one of the two.`);
  return { number: version };
}
