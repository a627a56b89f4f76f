import type { Server } from 'node:http';
import {
  type GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  specifiedRules,
  validate,
} from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import type { Config } from '../config.js';
import type { Log } from '../log.js';
import type { Context } from './context.js';
import { callerError } from './errors.js';
import { operationIn } from './requests/operation.js';
import type { ObservedRequest, RequestObserver } from './requests/request.js';

/** The longest message a client may send, in bytes. */
const LONGEST_MESSAGE = 1024 * 1024;

/** How long a client may take to say goodbye before it is cut off, in milliseconds. */
const LONGEST_GOODBYE = 500;

export interface Subscriptions {
  /** How many WebSockets are open. */
  connections(): number;
  close(): Promise<void>;
}

/** GraphQL over WebSocket at /graphql, by the graphql-transport-ws protocol: subscriptions, and queries too. */
export function serveSubscriptions(
  server: Server,
  schema: GraphQLSchema,
  context: Context,
  { introspection }: Config,
  observer: RequestObserver,
  log: Log,
): Subscriptions {
  const sockets = new WebSocketServer({ server, path: '/graphql', maxPayload: LONGEST_MESSAGE });
  /** Operations that are under way. */
  const open = new Map<object, ObservedRequest>();
  const told = (errors: readonly GraphQLError[], request: ObservedRequest | undefined) => {
    const shown = errors.map((error) => callerError(error, log, request?.id));
    if (shown[0]) request?.fails(String(shown[0].extensions?.code));
    return shown;
  };
  const rules = introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  const serving = useServer(
    {
      schema,
      context: (_context, _id, payload, { document, operationName }) => {
        const request = observer.operation();
        const operation = operationIn(document, operationName);
        if (operation) request.asks(operation);
        open.set(payload, request);
        return { ...context, request, usage: request.usage };
      },
      validate: (givenSchema, document) => validate(givenSchema, document, rules),
      onNext: (_context, _id, payload, _args, result) =>
        result.errors === undefined ? result : { ...result, errors: told(result.errors, open.get(payload)) },
      onError(_context, _id, payload, errors) {
        // One that is not valid never came to have a context.
        const request = open.get(payload) ?? observer.operation();
        const shown = told(errors, request);
        request.ends();
        open.delete(payload);
        return shown;
      },
      onComplete(_context, _id, payload) {
        open.get(payload)?.ends();
        open.delete(payload);
      },
    },
    sockets,
  );
  return {
    connections: () => sockets.clients.size,
    async close() {
      const late = setTimeout(() => {
        for (const client of sockets.clients) client.terminate();
      }, LONGEST_GOODBYE);
      await serving.dispose();
      clearTimeout(late);
    },
  };
}
