import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  type DocumentNode,
  type ExecutionArgs,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  parse,
  validate,
} from 'graphql';
import type { Context as Connection, SubscribePayload } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Config } from '../config.js';
import { ManyheadError } from '../errors.js';
import type { Log } from '../log.js';
import type { Inspector } from '../operations/inspector.js';
import { spendingOf } from '../operations/spending.js';
import type { Weighing } from '../operations/weighing.js';
import type { Context, Rooms } from './context.js';
import { callerError } from './errors.js';
import type { Admission, Gate } from './gate/gate.js';
import { refuseUpgrade } from './gate/refusal.js';
import { operationOf } from './requests/operation.js';
import type { ObservedRequest, RequestObserver } from './requests/request.js';
import { webSocketOperations } from './websocket-operations.js';
import { closeSaying, type Extra, useProtocol } from './websocket-protocol.js';

/** The longest message a client may send, in bytes. */
const LONGEST_MESSAGE = 1024 * 1024;

/** How long answers that were begun may take while the server stops, in milliseconds: a little less than over HTTP, as the goodbye comes behind them. */
const LAST_ANSWERS = 6_500;

/** How long a client may take to say who it is, in milliseconds. */
const LONGEST_SILENCE = 5_000;

/** The close codes of the graphql-transport-ws protocol for who is not known, or not any more, and for an id that is in use. */
const [UNAUTHORIZED, SUBSCRIBER_EXISTS] = [4401, 4409];

const REVOKED = 'The key opens nothing any more.';

/** The close codes of WebSocket for who may come back later, and for a server that goes. */
const [TRY_AGAIN_LATER, GOING_AWAY] = [1013, 1001];

export interface Guards {
  readonly gate: Gate;
  readonly inspector: Inspector;
  readonly weigh: Weighing;
  readonly observer: RequestObserver;
}

export interface Subscriptions {
  /** How many WebSockets are open. */
  connections(): number;
  /** Takes no more operations, answers the queries and mutations that it has begun, and ends subscriptions. */
  close(): Promise<void>;
}

/** A client that was let in. */
interface Client {
  readonly admission: Admission;
  readonly connection: Connection<Record<string, unknown> | undefined, Extra>;
}

/** What is to be run, or what is wrong with it. */
type Prepared = ExecutionArgs | readonly GraphQLError[];

function refusalFor(error: unknown): readonly GraphQLError[] {
  if (error instanceof GraphQLError) return [error];
  const originalError = error instanceof Error ? error : new Error(String(error));
  return [new GraphQLError(originalError.message, { originalError })];
}

/** An error that GraphQL found, with the code that it has over HTTP. */
const withCode = ({ message, nodes, source, positions }: GraphQLError, code: string): GraphQLError =>
  new GraphQLError(message, { nodes, source, positions, extensions: { code } });

/** @throws GraphQLError */
function parsed(query: string): DocumentNode {
  try {
    return parse(query);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    throw withCode(error, 'GRAPHQL_PARSE_FAILED');
  }
}

const unresolved = (name: string | null | undefined): GraphQLError =>
  new GraphQLError(
    name ? `Unknown operation named "${name}".` : 'Must provide operation name if query contains multiple operations.',
    { extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } },
  );

/** GraphQL over WebSocket at /graphql, by the graphql-transport-ws protocol: subscriptions, and queries too. */
export function serveSubscriptions(
  server: Server,
  schema: GraphQLSchema,
  rooms: Rooms,
  { gate, inspector, weigh, observer }: Guards,
  { introspection, mostSockets, mostSubscriptions }: Config,
  log: Log,
): Subscriptions {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LONGEST_MESSAGE });
  const addresses = new Map<WebSocket, string>();
  const clients = new Map<WebSocket, Client>();
  /** Operations that are under way. */
  const open = new WeakMap<object, ObservedRequest>();
  const operations = webSocketOperations();
  const told = (errors: readonly GraphQLError[], request: ObservedRequest | undefined) => {
    const shown = errors.map((error) => callerError(error, log, request?.id, introspection));
    if (shown[0]) request?.fails(String(shown[0].extensions?.code));
    return shown;
  };

  /** What ends an operation is sent after it was told here: a client that does not hear it would ask again elsewhere. */
  const endsOnceSent = (id: string, { socket }: Extra) => void setImmediate(() => operations.ends(socket, id));

  const clientsOf = (subject: string): Client[] =>
    [...clients.values()].filter(({ admission }) => admission.subject() === subject);

  const connect = async ({ socket, request }: Extra, connection: Client['connection']): Promise<boolean> => {
    const admission = await gate.connect(request, connection.connectionParams);
    if (admission instanceof ManyheadError) closeSaying(socket, UNAUTHORIZED, admission.message);
    else if (clientsOf(admission.subject()).length >= mostSockets)
      closeSaying(socket, TRY_AGAIN_LATER, tooManySockets.message);
    else if (socket.readyState === socket.OPEN) {
      clients.set(socket, { admission, connection });
      socket.once('close', () => clients.delete(socket));
      return true;
    }
    return false;
  };

  const tooManySockets = new ManyheadError(
    'RATE_LIMITED',
    `There are ${mostSockets} WebSockets from there already: close one.`,
  );

  /** @throws ManyheadError, GraphQLError */
  const prepare = async (
    { admission, connection }: Client,
    id: string,
    asked: SubscribePayload,
    request: ObservedRequest,
  ): Promise<Prepared> => {
    if (!admission.isStillWelcome()) throw new ManyheadError('UNAUTHENTICATED', REVOKED);
    const going = clientsOf(admission.subject()).reduce(
      (sum, { connection: { extra } }) => sum + operations.count(extra.socket),
      0,
    );
    if (going > mostSubscriptions)
      throw new ManyheadError(
        'RATE_LIMITED',
        `There are ${mostSubscriptions} operations going from there already: end one.`,
      );
    await admission.spendRequest();
    const { query, variables, operationName } = inspector.request(asked);
    const document = parsed(query);
    const errors = validate(schema, document);
    if (errors.length > 0) return errors;
    const definition = getOperationAST(document, operationName);
    if (!definition) throw unresolved(operationName);
    request.asks(operationOf(definition));
    if (definition.operation === 'subscription') operations.follows(connection.extra.socket, id);
    const values = getVariableValues(schema, definition.variableDefinitions ?? [], variables ?? {});
    if (values.errors) return values.errors.map((error) => withCode(error, 'BAD_USER_INPUT'));
    const operation = { document, operationName: operationName ?? undefined, variables: variables ?? {} };
    const spendTexts = spendingOf(rooms.operationLimits, admission.spendTexts);
    await weigh(operation, spendTexts);
    const { caller } = admission;
    const contextValue: Context = { ...rooms, caller, spendTexts, request, usage: request.usage };
    return {
      schema,
      document,
      operationName,
      variableValues: variables,
      contextValue,
    };
  };

  const serving = useProtocol<Record<string, unknown> | undefined>(
    {
      connectionInitWaitTimeout: LONGEST_SILENCE,
      onConnect: (connection) => connect(connection.extra, connection),
      async onSubscribe(connection, id, payload) {
        const client = clients.get(connection.extra.socket);
        if (client === undefined) throw new Error('a client asks that was not let in');
        // Whoever connects again asks again; what was not begun has done nothing.
        if (operations.isLeaving()) return new Promise(() => {});
        if (!operations.begins(connection.extra.socket, id)) {
          closeSaying(connection.extra.socket, SUBSCRIBER_EXISTS, `Subscriber for ${id} already exists`);
          return new Promise(() => {});
        }
        const request = observer.operation();
        open.set(payload, request);
        const prepared = await prepare(client, id, payload, request).catch(refusalFor);
        // Whoever has ended it meanwhile, or has left, hears of no errors, and nor do we.
        if (Array.isArray(prepared) && !(id in connection.subscriptions)) {
          operations.ends(connection.extra.socket, id);
          told(prepared, request);
          request.ends();
        }
        return prepared;
      },
      onNext: (_context, _id, payload, _args, result) =>
        result.errors === undefined ? result : { ...result, errors: told(result.errors, open.get(payload)) },
      onError({ extra }, id, payload, errors) {
        endsOnceSent(id, extra);
        const request = open.get(payload);
        const shown = told(errors, request);
        request?.ends();
        open.delete(payload);
        return shown;
      },
      onComplete({ extra }, id, payload) {
        endsOnceSent(id, extra);
        open.get(payload)?.ends();
        open.delete(payload);
      },
    },
    sockets,
    log,
  );

  // A key that is revoked ends what it has begun, too.
  gate.access.onChange(() => {
    for (const [socket, { admission }] of clients)
      if (!admission.isStillWelcome()) closeSaying(socket, UNAUTHORIZED, REVOKED);
  });

  const upgrade = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    // Who breaks off meanwhile is found gone below.
    const ignore = () => {};
    socket.on('error', ignore);
    const refusalByGate = await gate.refusalOfUpgrade(request);
    const address = gate.addressOf(request);
    const isCrowded = [...addresses.values()].filter((each) => each === address).length >= mostSockets;
    const refusal = refusalByGate ?? (isCrowded ? tooManySockets : undefined);
    if (refusal) {
      refuseUpgrade(refusal, socket);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (opened) => {
      socket.off('error', ignore);
      addresses.set(opened, address);
      opened.once('close', () => addresses.delete(opened));
      sockets.emit('connection', opened, request);
    });
  };
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    upgrade(request, socket, head).catch((error) => {
      log.error('a WebSocket could not be opened', {}, error);
      socket.destroy();
    });
  };
  server.on('upgrade', onUpgrade);
  return {
    connections: () => sockets.clients.size,
    async close() {
      server.off('upgrade', onUpgrade);
      await operations.leave(sockets.clients, LAST_ANSWERS, (socket) => closeSaying(socket, GOING_AWAY, 'Going away'));
      await serving.dispose();
    },
  };
}
