import { ClientError, refusal, type WrittenError } from './error.js';
import type { Operation } from './operation.js';
import { pause, RECONNECTIONS, waitFor } from './waiting.js';

/** How to reach a server. */
export interface Connection {
  /** Ends in a slash. */
  readonly base: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: typeof fetch;
  /** How often a request is sent again that the server had no room for. */
  readonly retries: number;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

/** Codes of a server that has done nothing and asks to be asked again. */
const BUSY = new Set(['OVERLOADED', 'RATE_LIMITED']);

/** What an HTTP status means where the answer does not say it. */
const codes: Readonly<Record<number, string>> = {
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  413: 'PAYLOAD_TOO_LARGE',
  429: 'RATE_LIMITED',
};

/**
 * One GraphQL operation over HTTP; where the server is busy, again after as long as it asks for.
 * @throws ClientError
 */
export const ask = <Answer, Variables>(
  connection: Connection,
  query: Operation<Answer, Variables>,
  variables: Variables | undefined,
  options: CallOptions = {},
): Promise<Answer> => again(() => once(connection, query, variables, options), mayRetry(connection.retries), options);

/**
 * The same for a query amid something longer, which does not end because the server is away for a while.
 * @throws ClientError
 */
export const askPatiently = <Answer, Variables>(
  connection: Connection,
  query: Operation<Answer, Variables>,
  variables: Variables,
  options: CallOptions = {},
): Promise<Answer> =>
  again(() => once(connection, query, variables, options), mayRetry(RECONNECTIONS, 'UNREACHABLE'), options);

async function once<Answer, Variables>(
  connection: Connection,
  query: Operation<Answer, Variables>,
  variables: Variables | undefined,
  { signal }: CallOptions,
): Promise<Answer> {
  const answer: { readonly data: Answer } = await send(connection, 'graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
    signal,
  });
  return answer.data;
}

const mayRetry =
  (retries: number, also?: string) =>
  ({ code }: ClientError, attempt: number): boolean =>
    attempt < retries && (BUSY.has(code) || code === also);

async function again<Answer>(
  attempt: () => Promise<Answer>,
  may: (error: ClientError, attempts: number) => boolean,
  { signal }: CallOptions,
): Promise<Answer> {
  for (let attempts = 0; ; attempts++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ClientError && may(error, attempts))) throw error;
      await pause(waitFor(attempts, error.retryAfter === undefined ? undefined : 1_000 * error.retryAfter), signal);
    }
  }
}

/**
 * One request, and its answer as JSON.
 * @param path below the server's address
 * @throws ClientError where nobody answers, the answer is not JSON, or it holds errors
 */
export async function send<Answer>(connection: Connection, path: string, request: RequestInit): Promise<Answer> {
  const url = new URL(path, connection.base);
  const response = await reach(connection, url, request);
  const text = await response.text().catch((cause) => {
    throw new ClientError('UNREACHABLE', `${connection.base.origin} broke off its answer.`, { cause });
  });
  const answer = readJson(text);
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  const particulars = { status: response.status, ...(seconds >= 0 && { retryAfter: seconds }) };
  const errors: readonly WrittenError[] = answer?.errors ?? [];
  if (errors.length > 0) throw refusal(errors, particulars);
  if (response.ok && answer !== undefined) return answer;
  throw new ClientError(
    codes[response.status] ?? 'BAD_ANSWER',
    `${url.href} answered ${response.status}${answer === undefined ? ', not in JSON: is Manyhead there?' : '.'}`,
    particulars,
  );
}

async function reach({ base, headers, fetch }: Connection, url: URL, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...request, headers: { accept: 'application/json', ...headers, ...request.headers } });
  } catch (cause) {
    request.signal?.throwIfAborted();
    throw new ClientError('UNREACHABLE', `Nothing answers at ${base.origin}${reason(cause)}.`, { cause });
  }
}

/** Node says why in the cause of the cause, browsers never. */
function reason(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? ` (${code})` : '';
}

function readJson(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
