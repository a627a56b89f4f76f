import { cacheExchange, createClient, fetchExchange, mapExchange, subscriptionExchange } from '@urql/core';
import { createClient as createSocketClient } from 'graphql-ws';
import { connectionEvents, pauseBefore } from './connection';
import { healExchange } from './heal';

/** The close code of graphql-ws for a connection without the right key. */
const UNAUTHORIZED = 4401;

/**
 * GraphQL of the server that the page came from: queries and mutations by POST, subscriptions by one WebSocket that connects
 * again for as long as somebody listens.
 * @param apiKey goes with every request; none where the server asks for none
 * @param refused called when the server wants another key
 */
export function consoleClient(apiKey: string | undefined, refused: () => void) {
  const authorization: Record<string, string> = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  const socket = createSocketClient({
    url: new URL('/graphql', location.href).href.replace(/^http/, 'ws'),
    connectionParams: authorization,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    retryWait: pauseBefore,
    on: connectionEvents,
  });
  return createClient({
    url: '/graphql',
    preferGetMethod: false,
    fetchOptions: { headers: authorization },
    // Pages show what they knew at once, and what is true a moment later.
    requestPolicy: 'cache-and-network',
    exchanges: [
      mapExchange({
        onError(error) {
          if (error.graphQLErrors.some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED')) refused();
        },
      }),
      healExchange,
      cacheExchange,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables, operationName }) => ({
          subscribe: ({ next, error, complete }) => ({
            unsubscribe: socket.subscribe(
              { query, variables, operationName },
              {
                next,
                complete,
                error(problem) {
                  if (problem instanceof CloseEvent && problem.code === UNAUTHORIZED) refused();
                  error(problem instanceof CloseEvent ? new Error(closedBecause(problem)) : problem);
                },
              },
            ),
          }),
        }),
      }),
    ],
  });
}

const closedBecause = ({ code, reason }: CloseEvent): string =>
  `The live connection was closed (${code}${reason ? `: ${reason}` : ''}).`;
