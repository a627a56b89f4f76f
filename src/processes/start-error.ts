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
  if (error instanceof Error && 'syscall' in error && (error.syscall === 'listen' || error.syscall === 'getaddrinfo'))
    return cannotListen(error);
  if (systemCode(error) !== undefined) return messageOf(error);
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Why the address that HOST and PORT make cannot be listened on. */
function cannotListen(error: Error): string {
  switch (systemCode(error)) {
    case 'EADDRINUSE':
      return `The port is taken by another program (${error.message}): choose another with PORT.`;
    case 'EACCES':
      return `The port needs more rights (${error.message}): choose a PORT above 1023.`;
    default:
      return `HOST is no address of this machine (${error.message}): set it to 127.0.0.1, or 0.0.0.0 for every address.`;
  }
}
