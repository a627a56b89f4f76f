/** One thing that is wrong, as the server says it. */
export interface Problem {
  readonly message: string;
  readonly code: string;
  /** The input field that is wrong, such as `hyperparameters.epochs`. */
  readonly field?: string;
  /** Of an uploaded file: the line, from 1, and the column. */
  readonly line?: number;
  readonly column?: string;
}

interface Particulars {
  readonly problems?: readonly Problem[];
  readonly status?: number;
  readonly retryAfter?: number;
  readonly cause?: unknown;
}

/**
 * What was asked for and could not be done. `code` is stable: one of the server's (BAD_USER_INPUT, NOT_FOUND, OVERLOADED,
 * UNAUTHENTICATED, ...), or UNREACHABLE where no server answered, or BAD_ANSWER where what answered is no Manyhead.
 */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  /** The first input field that is wrong, where one is. */
  readonly field: string | undefined;
  /** Everything that is wrong; an upload tells more than one line. */
  readonly problems: readonly Problem[];
  /** The HTTP status, where the answer came over HTTP. */
  readonly status: number | undefined;
  /** Seconds after which the same may be asked again, where the server said so. */
  readonly retryAfter: number | undefined;

  constructor(
    readonly code: string,
    message: string,
    { problems = [{ code, message }], status, retryAfter, cause }: Particulars = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.problems = problems;
    this.field = problems[0]?.field;
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** An error as GraphQL writes it. */
export interface WrittenError {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** What a server answered in `errors`, at least one. */
export function refusal(errors: readonly WrittenError[], particulars: Particulars = {}): ClientError {
  const problems = errors.map(({ message, extensions = {} }): Problem => {
    const { code, field, line, column } = extensions;
    return {
      message,
      code: typeof code === 'string' ? code : 'INTERNAL',
      ...(typeof field === 'string' && { field }),
      ...(typeof line === 'number' && { line }),
      ...(typeof column === 'string' && { column }),
    };
  });
  const [{ code, message }] = problems;
  return new ClientError(code, message, { ...particulars, problems });
}
