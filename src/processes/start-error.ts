import { ConfigError } from '../config.js';
import { EncoderError } from '../encoder/open.js';
import { ManyheadError, messageOf, systemCode } from '../errors.js';

/** What keeps a process from starting and its user can mend; the message is one line for the terminal. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** Why a process could not start, for the terminal: one line where its user can mend it, all there is to know otherwise. */
export function startError(error: unknown): string {
  if ([StartError, ConfigError, EncoderError, ManyheadError].some((kind) => error instanceof kind))
    return messageOf(error);
  if (systemCode(error) === 'EADDRINUSE')
    return `The port is taken by another program (${messageOf(error)}): choose another with PORT.`;
  if (systemCode(error) !== undefined) return messageOf(error);
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
