import type { Server } from 'node:http';
import { type GraphQLSchema, NoSchemaIntrospectionCustomRule, specifiedRules } from 'graphql';
import { WebSocketServer } from 'ws';
import type { Config } from '../config.js';
import type { Log } from '../log.js';
import type { Context } from './context.js';
import { callerError } from './errors.js';
import { validated } from './validation.js';
import { useProtocol } from './websocket-protocol.js';

/** The longest message a client may send, in bytes. */
const LONGEST_MESSAGE = 1024 * 1024;

/** How long a client may take to say goodbye before it is cut off, in milliseconds. */
const LONGEST_GOODBYE = 500;

/** GraphQL over WebSocket at /graphql, by the graphql-transport-ws protocol: subscriptions, and queries too. */
export function serveSubscriptions(
  server: Server,
  schema: GraphQLSchema,
  context: Context,
  { introspection }: Config,
  log: Log,
): { close(): Promise<void> } {
  const sockets = new WebSocketServer({ server, path: '/graphql', maxPayload: LONGEST_MESSAGE });
  const rules = introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  const serving = useProtocol(
    {
      schema,
      context: () => context,
      validate: (givenSchema, document) => validated(givenSchema, document, rules),
      onNext: (_context, _id, _payload, _args, result) =>
        result.errors === undefined
          ? result
          : { ...result, errors: result.errors.map((error) => callerError(error, log)) },
      onError: (_context, _id, _payload, errors) => errors.map((error) => callerError(error, log)),
    },
    sockets,
    log,
  );
  return {
    async close() {
      const late = setTimeout(() => {
        for (const client of sockets.clients) client.terminate();
      }, LONGEST_GOODBYE);
      await serving.dispose();
      clearTimeout(late);
    },
  };
}
