import { ManyheadError, systemCode } from '../errors.js';

/** What a caller is told where the data folder cannot be written to; undefined where something else was wrong. */
export function storageError(error: unknown): ManyheadError | undefined {
  switch (systemCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new ManyheadError(
        'STORAGE_FULL',
        'The data folder has no space left: nothing was changed. Free some space and try again.',
      );
    // What a kernel does with a disk that fails, and a file server that is away.
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
    case 'EIO':
    case 'ESTALE': {
      const refusal = new ManyheadError(
        'STORAGE_UNAVAILABLE',
        'The data folder cannot be written to right now: nothing was changed.',
      );
      refusal.cause = error;
      return refusal;
    }
    default:
      return undefined;
  }
}
