/** An error as the log holds it. */
export interface LoggedError {
  readonly type: string;
  readonly message: string;
  /** Where it was thrown, without the message. */
  readonly stack?: string;
  readonly cause?: LoggedError;
}

/** Causes of causes that are told. */
const DEEPEST = 4;

/**
 * What of an error goes to the log: its type, where it was thrown, and its message without what stands in quotation marks there.
 * Libraries quote what they could not read (JSON.parse, GraphQL's scalars), and that may be a caller's text. The messages of system
 * errors stay whole: what they quote are paths.
 */
export function loggedError(error: unknown, deepest = DEEPEST): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: withoutQuotations(String(error)) };
  const message = 'syscall' in error ? error.message : withoutQuotations(error.message);
  const frames = (error.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line));
  return {
    type: error.name,
    message,
    ...(frames.length > 0 && { stack: frames.join('\n') }),
    ...(error.cause !== undefined && deepest > 1 && { cause: loggedError(error.cause, deepest - 1) }),
  };
}

/** JSON.parse quotes the middle of a text, where a quotation mark may be missing at either end. */
const withoutQuotations = (message: string): string =>
  message.replace(/, .*is not valid JSON$/s, ' in what is not JSON').replace(/".*"/s, '"…"');
