import { randomUUID } from 'node:crypto';

/** What a caller can act on. The codes are stable: clients branch on them. */
export type ErrorCode =
  | 'BAD_USER_INPUT'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'HOST_NOT_ALLOWED'
  | 'ORIGIN_NOT_ALLOWED'
  | 'RATE_LIMITED'
  | 'DOCUMENT_TOO_LONG'
  | 'DOCUMENT_TOO_DEEP'
  | 'DOCUMENT_TOO_WIDE'
  | 'TOO_MANY_ALIASES'
  | 'TOO_MANY_DUPLICATES'
  | 'TOO_MANY_DIRECTIVES'
  | 'VARIABLES_TOO_DEEP'
  | 'TOO_MANY_TEXTS'
  | 'TOO_MANY_TOKENS'
  | 'TOO_MANY_ROWS'
  | 'ANSWER_TOO_LARGE'
  | 'BATCHING_NOT_SUPPORTED'
  | 'INTROSPECTION_DISABLED'
  | 'OPERATION_NOT_ALLOWED'
  | 'PAYLOAD_TOO_LARGE'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'QUEUE_UNAVAILABLE'
  | 'CANCELLED'
  | 'WORKER_LOST'
  | 'OVERLOADED'
  | 'STORAGE_FULL'
  | 'STORAGE_UNAVAILABLE'
  | 'DAMAGED'
  | 'TRAINING_DIVERGED'
  | 'INTERNAL';

/**
 * An error whose message is meant for the caller: it names what was given and what would be right, and holds no path,
 * no stack and nothing of another caller's. Every other error is internal and reaches a caller as an id only.
 */
export class ManyheadError extends Error {
  override readonly name = 'ManyheadError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    /** The input field that is wrong, as the caller wrote it, such as `hyperparameters.epochs`. */
    readonly field?: string,
  ) {
    super(message);
  }
}

/** Input that cannot be used: `field` is the path of the wrong value, `message` names the value and the limit. */
export const badInput = (field: string, message: string): ManyheadError =>
  new ManyheadError('BAD_USER_INPUT', message, field);

/**
 * Something that was named and is not there.
 * @param there what exists instead, listed for the caller (the first 20)
 */
export function notFound(what: string, there: readonly (string | number)[], field?: string): ManyheadError {
  return new ManyheadError(
    'NOT_FOUND',
    `${what} is not there; ${there.length > 0 ? `there is: ${listed(there)}` : 'there is none yet'}.`,
    field,
  );
}

/** Characters of a name that is listed: no name of ours has more, but the columns of a file may. */
const LONGEST_LISTED = 64;

/** Names as a message lists them: the first of them, cut where they are long, and how many more there are. */
export function listed(names: readonly (string | number)[], most = 20): string {
  const first = names.slice(0, most).map((name) => cut(String(name), LONGEST_LISTED));
  return `${first.join(', ')}${names.length > most ? ` and ${names.length - most} more` : ''}`;
}

/** Something in the data folder that is not what was written there. */
export const damaged = (what: string): ManyheadError =>
  new ManyheadError(
    'DAMAGED',
    `${what} is damaged: it is not what was written. The disk may be failing; restore the data folder from a backup.`,
  );

/** What is being read; undefined where it is damaged: for lists, in which one that is must not take the others with it. */
export const unlessDamaged = <T>(reading: Promise<T>): Promise<T | undefined> =>
  reading.catch((error) => {
    if (error instanceof ManyheadError && error.code === 'DAMAGED') return undefined;
    throw error;
  });

/** A value as an error message shows it: JSON, cut at 60 characters; NaN and Infinity by name; what is too deep for JSON by its kind. */
export function shown(value: unknown): string {
  try {
    const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
    return cut(text, 60);
  } catch (error) {
    // It was read without the stack that writing it takes.
    if (error instanceof RangeError) return Array.isArray(value) ? 'a list' : 'an object';
    throw error;
  }
}

const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 3)}...` : text);

/** The message of anything that was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The errno code (ENOENT, EEXIST, ...) of a system error, if it is one. */
export const systemCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/**
 * What of an error may leave the process: a ManyheadError as it is; of any other only an id, under which the log holds
 * the cause.
 */
export function publicError(error: unknown): {
  readonly code: ErrorCode;
  readonly message: string;
  readonly id: string;
} {
  const id = randomUUID();
  if (error instanceof ManyheadError) return { code: error.code, message: error.message, id };
  return {
    code: 'INTERNAL',
    message: `Something went wrong here, and not with the request. The log tells the cause under ${id}.`,
    id,
  };
}
