import { createHash } from 'node:crypto';
import { damaged, ManyheadError } from '../errors.js';

/* JSON objects are stored with the checksum of the rest as their last key, so that a disk that turned over a bit is found out
   before anybody acts on what it says. What an earlier release stored has none, and is taken at its word. */

/** JSON as it is stored. */
export function sealed(value: unknown): Buffer {
  const body = JSON.stringify(value, null, 2);
  const text = body.endsWith(END) ? `${body.slice(0, -END.length)}${sealOf(body)}` : `${body}\n`;
  return Buffer.from(text);
}

/**
 * What was stored.
 * @param what it is, such as `the record of job x`: for the message
 * @param parse the value from its JSON text
 * @throws ManyheadError DAMAGED where it is not what was written; what `parse` throws as one
 */
export function unsealed<T>(what: string, stored: Buffer, parse: (text: string) => T): T {
  const text = stored.toString('utf8');
  const seal = text.match(SEAL);
  const body = seal ? text.slice(0, seal.index) + END : text;
  if (seal && sealOf(body) !== seal[0]) throw damaged(what);
  try {
    return parse(body);
  } catch (error) {
    // What another release wrote is whole, and its reader says so.
    throw error instanceof ManyheadError ? error : damaged(what);
  }
}

const END = '\n}';
const SEAL = /,\n {2}"checksum": "[^"]*"\n\}\n$/;

const sealOf = (body: string): string => `,\n  "checksum": "${createHash('sha256').update(body).digest('hex')}"\n}\n`;
