import { isUtf8 } from 'node:buffer';
import { ManyheadError } from '../errors.js';

/** A body that says it is UTF-8, and is not: read all the same, it would be embedded as another text than was meant. */
export class BrokenUtf8 extends ManyheadError {
  /** For express, which would say 403. */
  readonly status = 400;

  constructor() {
    super('BAD_USER_INPUT', 'the body is not UTF-8.');
  }
}

/** @throws BrokenUtf8 */
export function checkUtf8(bytes: Buffer): void {
  if (!isUtf8(bytes)) throw new BrokenUtf8();
}
