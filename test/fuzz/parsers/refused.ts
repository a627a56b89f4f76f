import { ManyheadError } from '#src/errors.js';

/**
 * Has something read. Whatever it is, it is read or refused with an error that is meant: no type error of JavaScript's.
 * @returns undefined where it is refused
 */
export function readOrRefused<T>(read: () => T, isMeant: (error: unknown) => boolean): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isMeant(error)) return undefined;
    throw error;
  }
}

/** What programs tell one another: whoever opens the file says which it was. */
export const isPlain = (error: unknown): boolean => error instanceof Error && error.constructor === Error;

/** What a caller is told. */
export const isForCallers = (error: unknown): error is ManyheadError =>
  error instanceof ManyheadError && !/\n\s+at /.test(error.message);

/** What stands in a file of JSON; undefined where it is none. */
export const jsonIn = (file: Buffer): unknown =>
  readOrRefused(
    (): unknown => JSON.parse(file.toString()),
    (error) => error instanceof SyntaxError,
  );
