import type { IncomingMessage } from 'node:http';
import type { Dataset } from '../datasets/store.js';
import { badInput, ManyheadError, shown } from '../errors.js';

/** What a data set is replaced in spite of: a name that does not mean what the request says it means. */
export class PreconditionFailed extends ManyheadError {}

/** Digests in quotation marks, as `"a", W/"b"`. */
const TAGS = /^(W\/)?"[^"]*"(\s*,\s*(W\/)?"[^"]*")*$/;

/**
 * Under which a data set may be stored (RFC 9110, 13.1): `If-None-Match: *` where there is none of that name, `If-Match: *` where there
 * is one, `If-Match: "<digest>"` where it has these rows. It is checked when the new rows are known: what the name means already is
 * never refused, so that an upload whose answer was lost can be sent again.
 * @returns what throws PreconditionFailed where it does not hold
 * @throws ManyheadError BAD_USER_INPUT where it cannot be understood
 */
export function preconditionOf(
  { headers }: Pick<IncomingMessage, 'headers'>,
  name: string,
): (before: Dataset | undefined) => void {
  const noneMatch = headers['if-none-match'];
  const match = headers['if-match'];
  if (noneMatch !== undefined && noneMatch !== '*')
    throw badInput('If-None-Match', `If-None-Match is ${shown(noneMatch)}: give *, or If-Match with a digest.`);
  if (match !== undefined && match !== '*' && !TAGS.test(match))
    throw badInput('If-Match', `If-Match is ${shown(match)}: give * or a digest in quotation marks.`);
  const expected = match === undefined || match === '*' ? match : strongTags(match);
  return (before) => {
    if (noneMatch !== undefined && before) throw failed('If-None-Match', `${described(before)}: it is left as it is.`);
    if (expected === undefined) return;
    if (before === undefined) throw failed('If-Match', `data set ${shown(name)} is not there: nothing is stored.`);
    if (expected !== '*' && !expected.includes(before.digest))
      throw failed('If-Match', `${described(before)}, digest ${before.digest}: it is left as it is.`);
  };
}

/** What stands in the quotation marks. A weak one equals no other where it is to be the same bytes (RFC 9110, 8.8.3.2). */
const strongTags = (list: string): readonly string[] =>
  Array.from(list.matchAll(/(W\/)?"([^"]*)"/g))
    .filter(([, weak]) => weak === undefined)
    .map(([, , tag]) => tag);

const failed = (field: string, message: string) => new PreconditionFailed('CONFLICT', message, field);

/** What would be lost. */
const described = ({ name, rows, createdAt }: Dataset): string =>
  `data set ${shown(name)} is there with other rows, ${rows} of them, stored ${createdAt}`;
