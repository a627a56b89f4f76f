import { type Client, createClient } from 'graphql-ws/client';
import { webSocket } from '#client/socket';
import { ClientError, refusal } from './error.js';
import type { CallOptions, Connection } from './http.js';
import type { Operation } from './operation.js';
import { pause, RECONNECTIONS, waitFor } from './waiting.js';

/** Subscriptions over one WebSocket, which is open only while there are some. */
export interface Subscriptions {
  /**
   * What a subscription tells, until it completes; where the connection breaks it is made again, and the subscription begun again.
   * @throws ClientError
   */
  subscribe<Answer, Variables extends Readonly<Record<string, unknown>>>(
    query: Operation<Answer, Variables>,
    variables?: Variables,
    options?: CallOptions,
  ): AsyncGenerator<Answer, void>;
  close(): void;
}

/** The server is asked for a sign of life this often, and has this long to give it, in milliseconds. */
const KEEP_ALIVE = 10_000;
const SILENCE = 5_000;

/** What the server means by how it closes a connection. */
const codes: Readonly<Record<number, string>> = { 4401: 'UNAUTHENTICATED', 4403: 'FORBIDDEN', 4429: 'RATE_LIMITED' };

export function subscriptionsOver({ base, headers }: Connection): Subscriptions {
  let client: Client | undefined;

  return {
    async *subscribe<Answer, Variables extends Readonly<Record<string, unknown>>>(
      query: Operation<Answer, Variables>,
      variables?: Variables,
      { signal }: CallOptions = {},
    ) {
      signal?.throwIfAborted();
      client ??= connect(base, headers);
      const events = client.iterate<Answer>({ query, variables });
      const end = () => void events.return?.();
      signal?.addEventListener('abort', end);
      try {
        for await (const { data, errors } of events) {
          if (errors !== undefined && errors.length > 0) throw refusal(errors);
          if (data != null) yield data;
        }
        signal?.throwIfAborted();
      } catch (error) {
        throw readable(error, base);
      } finally {
        signal?.removeEventListener('abort', end);
      }
    },
    close() {
      // It waits for a connection that is being made, which may fail: nobody needs it any more.
      Promise.resolve(client?.dispose()).catch(() => {});
      client = undefined;
    },
  };
}

function connect(base: URL, headers: Connection['headers']): Client {
  const url = new URL('graphql', base);
  url.protocol = base.protocol === 'https:' ? 'wss:' : 'ws:';
  let late: ReturnType<typeof setTimeout> | undefined;
  const client = createClient({
    url: url.href,
    webSocketImpl: webSocket,
    connectionParams: headers,
    retryAttempts: RECONNECTIONS,
    retryWait: (retries) => pause(waitFor(retries)),
    shouldRetry: (event) => !Object.hasOwn(codes, closeCode(event) ?? 0),
    keepAlive: KEEP_ALIVE,
    on: {
      ping(received) {
        if (!received) late = setTimeout(() => client.terminate(), SILENCE);
      },
      pong(received) {
        if (received) clearTimeout(late);
      },
      closed: () => clearTimeout(late),
    },
  });
  return client;
}

const closeCode = (event: unknown): number | undefined =>
  typeof event === 'object' && event !== null && 'code' in event && typeof event.code === 'number'
    ? event.code
    : undefined;

/** What graphql-ws throws: errors that the server wrote, an event that says how the connection ended, or what we threw. */
function readable(error: unknown, base: URL): unknown {
  if (Array.isArray(error) && error.length > 0) return refusal(error);
  const code = closeCode(error);
  if (code === undefined && error instanceof Error) return error;
  const reason = typeof error === 'object' && error !== null && 'reason' in error ? String(error.reason) : '';
  return new ClientError(
    codes[code ?? 0] ?? 'UNREACHABLE',
    `The connection to ${base.origin} was closed${reason || code ? `: ${reason || code}` : ''}.`,
    { cause: error },
  );
}
