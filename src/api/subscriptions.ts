import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ExecutionArgs, GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';
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
import { operationIn } from './requests/operation.js';
import type { ObservedRequest, RequestObserver } from './requests/request.js';
import { closeSaying, type Extra, useProtocol } from './websocket-protocol.js';

/** The longest message a client may send, in bytes. */
const LONGEST_MESSAGE = 1024 * 1024;

/** How long a client may take to say goodbye before it is cut off, in milliseconds. */
const LONGEST_GOODBYE = 500;

/** How long a client may take to say who it is, in milliseconds. */
const LONGEST_SILENCE = 5_000;

/** The close code of the graphql-transport-ws protocol for who is not known, or not any more. */
const UNAUTHORIZED = 4401;

/** The close code of WebSocket for who may come back later. */
const TRY_AGAIN_LATER = 1013;

export interface Guards {
  readonly gate: Gate;
  readonly inspector: Inspector;
  readonly weigh: Weighing;
  readonly observer: RequestObserver;
}

export interface Subscriptions {
  /** How many WebSockets are open. */
  connections(): number;
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
  const told = (errors: readonly GraphQLError[], request: ObservedRequest | undefined) => {
    const shown = errors.map((error) => callerError(error, log, request?.id, introspection));
    if (shown[0]) request?.fails(String(shown[0].extensions?.code));
    return shown;
  };

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
    { admission }: Client,
    asked: SubscribePayload,
    request: ObservedRequest,
  ): Promise<Prepared> => {
    const going = clientsOf(admission.subject()).flatMap(({ connection }) => Object.keys(connection.subscriptions));
    if (going.length > mostSubscriptions)
      throw new ManyheadError(
        'RATE_LIMITED',
        `There are ${mostSubscriptions} operations going from there already: end one.`,
      );
    await admission.spendRequest();
    const { query, variables, operationName } = inspector.request(asked);
    const document = parse(query);
    const errors = validate(schema, document);
    if (errors.length > 0) return errors;
    const observed = operationIn(document, operationName);
    if (observed) request.asks(observed);
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
        const request = observer.operation();
        open.set(payload, request);
        const prepared = await prepare(client, payload, request).catch(refusalFor);
        // Whoever has ended it meanwhile, or has left, hears of no errors, and nor do we.
        if (Array.isArray(prepared) && !(id in connection.subscriptions)) {
          told(prepared, request);
          request.ends();
        }
        return prepared;
      },
      onNext: (_context, _id, payload, _args, result) =>
        result.errors === undefined ? result : { ...result, errors: told(result.errors, open.get(payload)) },
      onError(_context, _id, payload, errors) {
        const request = open.get(payload);
        const shown = told(errors, request);
        request?.ends();
        open.delete(payload);
        return shown;
      },
      onComplete(_context, _id, payload) {
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
      if (!admission.isStillWelcome()) closeSaying(socket, UNAUTHORIZED, 'The key opens nothing any more.');
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
      const late = setTimeout(() => {
        for (const client of sockets.clients) client.terminate();
      }, LONGEST_GOODBYE);
      await serving.dispose();
      clearTimeout(late);
    },
  };
}
