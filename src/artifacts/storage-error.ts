import { ManyheadError, systemCode } from '../errors.js';

/** The data folder takes nothing. `cause` says where, and why: that is for whoever looks after it, and never for a caller. */
export class StorageError extends ManyheadError {}

/** What a caller is told where the data folder cannot be written to; undefined where something else was wrong. */
export const storageError = (error: unknown): StorageError | undefined =>
  told(
    error,
    'The data folder has no space left: nothing was changed. Free some space and try again.',
    'The data folder cannot be written to right now: nothing was changed.',
  );

const MAY_BE_CHANGED = 'what was asked may have been done all the same';

/** The same once something was moved to its place, where others see it. */
export const unsettled = (error: unknown): StorageError | undefined =>
  told(
    error,
    `The data folder has no space left: ${MAY_BE_CHANGED}. Free some space and look.`,
    `The data folder failed while it was written to: ${MAY_BE_CHANGED}.`,
  );

function told(error: unknown, whereFull: string, whereAway: string): StorageError | undefined {
  switch (systemCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return because(error, new StorageError('STORAGE_FULL', whereFull));
    // What a kernel does with a disk that fails, and a file server that is away.
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
    case 'EIO':
    case 'ESTALE':
      return because(error, new StorageError('STORAGE_UNAVAILABLE', whereAway));
    default:
      return undefined;
  }
}

function because(cause: unknown, error: StorageError): StorageError {
  error.cause = cause;
  return error;
}
