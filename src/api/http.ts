import { createServer, type Server } from 'node:http';
import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { expressMiddleware } from '@as-integrations/express5';
import compression from 'compression';
import express from 'express';
import type { GraphQLSchema } from 'graphql';
import type { Registry } from 'prom-client';
import type { Config } from '../config.js';
import { localUrl } from '../local-url.js';
import type { Log } from '../log.js';
import { requestMetrics } from '../metrics/requests.js';
import type { Inspector } from '../operations/inspector.js';
import { weighing } from '../operations/weighing.js';
import type { Tracing } from '../tracing/span.js';
import { serveBoard } from './board.js';
import { bodyLimitOf, readJson } from './bodies.js';
import { bodyErrors } from './body-errors.js';
import type { Context, Rooms } from './context.js';
import { ownSitesQueries } from './cross-site.js';
import { documentCache } from './document-cache.js';
import { drainOf } from './drain.js';
import { callerError } from './errors.js';
import type { Gate } from './gate/gate.js';
import { COMPRESSED_FROM, perRequest, takesShortWay } from './graphql-post.js';
import { serveHealth } from './health.js';
import { inspectRequests } from './inspect-requests.js';
import { serveMetrics } from './metrics.js';
import { onlyOverWebSocket } from './only-websocket.js';
import { serveOpenAi } from './openai/serve.js';
import { servePages, unknownPages } from './pages.js';
import { refusalStatus } from './refusal-status.js';
import { observeOperations, observeWriting, requestThatFailed } from './requests/plugin.js';
import { observeRequests } from './requests/request.js';
import { connectionLimits, endWhereSlow } from './slow-clients.js';
import { serveSubscriptions } from './subscriptions.js';
import { PossibleUpgrade } from './upgrades.js';
import { serveUploads } from './uploads.js';
import { thrownByRules } from './validation.js';
import { stringifyWithVectors } from './vector.js';
import { weighOperations } from './weigh-operations.js';

/** How what happens is told to those who run it. */
export interface Observation {
  readonly log: Log;
  readonly register: Registry;
  readonly tracing: Tracing;
}

export interface HttpServer {
  /** Where it listens, such as `http://127.0.0.1:4000`. */
  readonly address: string;
  /** Says at /readyz that it is not ready any more, and goes on answering. */
  leave(): void;
  /** Answers what it has begun to answer, and takes no more. */
  close(): Promise<void>;
}

/**
 * GraphQL over POST and WebSocket at /graphql, the pages for browsers, uploads to /datasets, and /livez, /readyz, /version and /metrics;
 * the queue's board at /queue, where it is wanted.
 * @throws a system error (EADDRINUSE, ...) where it cannot listen
 */
export async function serveHttp(
  schema: GraphQLSchema,
  rooms: Rooms,
  gate: Gate,
  inspector: Inspector,
  config: Config,
  { log, register, tracing }: Observation,
): Promise<HttpServer> {
  const metrics = requestMetrics(register);
  const observer = observeRequests(log, tracing, metrics, config.slowRequest);
  const app = express();
  const lost = unknownPages(config);
  const weigh = weighing(config.operationLimits, rooms.encoders.pretrained.maxTokens);
  const server = createServer(
    { ...connectionLimits(config), IncomingMessage: PossibleUpgrade },
    (request, response) => {
      endWhereSlow(request, response, config);
      observer.http(request, response);
      const through = () => {
        if (!takesShortWay(apollo, rooms, inspector, log, request, response)) app(request, response);
      };
      gate.enter(request, response, through, lost);
    },
  );
  const drain = drainOf(server);
  const apollo = new ApolloServer<Context>({
    schema,
    introspection: config.introspection,
    csrfPrevention: true,
    includeStacktraceInErrorResponses: false,
    documentStore: documentCache(),
    formatError: (_, error) => callerError(error, log, requestThatFailed(error), config.introspection),
    parseOptions: { maxTokens: config.operationLimits.tokens },
    // Whoever asks by a hash asks for what is listed: PERSISTED_OPERATIONS.
    persistedQueries: false,
    logger: quietLogger(log),
    stringifyResult: observeWriting(stringifyWithVectors),
    // A second `stop` of Apollo's during its first never ends, so on SIGTERM only ours may be called.
    stopOnTerminationSignals: false,
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      // It would be asked about every field, to say what every answer says anyway: no-store.
      ApolloServerPluginCacheControlDisabled(),
      refusalStatus,
      observeOperations,
      weighOperations(inspector, weigh),
      onlyOverWebSocket,
      thrownByRules,
    ],
  });
  await apollo.start();

  app.disable('x-powered-by');
  const readiness = serveHealth(app, schema, rooms);
  serveMetrics(app, register);
  serveUploads(app, rooms, config.longestUpload, metrics, log);
  const board = await serveBoard(app, config, log);
  serveOpenAi(app, rooms, config.openAiModels, log);
  servePages(app, config);
  app.use(
    '/graphql',
    compression({ threshold: COMPRESSED_FROM, level: 1 }),
    ownSitesQueries,
    readJson(bodyLimitOf),
    inspectRequests(inspector),
    expressMiddleware(apollo, { context: async ({ req, res }) => perRequest(rooms, req, res) }),
  );
  app.use(lost);
  app.use((_, response) => {
    response.status(404).json({
      errors: [
        {
          message: 'There is nothing here: GraphQL is at /graphql, and data sets are PUT to /datasets/<name>.',
          extensions: { code: 'NOT_FOUND' },
        },
      ],
    });
  });
  app.use(bodyErrors(log));

  await listening(server, config);
  const subscriptions = serveSubscriptions(server, schema, rooms, { gate, inspector, weigh, observer }, config, log);
  metrics.webSockets(subscriptions.connections);
  const leave = () => {
    readiness.leave();
    drain.begin();
  };
  return {
    address: addressOf(server, config),
    leave,
    async close() {
      leave();
      await Promise.all([subscriptions.close(), drain.end()]);
      await apollo.stop();
      await board?.close();
    },
  };
}

const listening = (server: Server, { port, host }: Config): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });

function addressOf(server: Server, { host }: Config): string {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return localUrl(host, port);
}

/** What Apollo has to say of itself, in our log. */
const quietLogger = (log: Log) => ({
  debug: (message: string) => log.debug(message),
  info: (message: string) => log.debug(message),
  warn: (message: string) => log.warn(message),
  error: (message: string) => log.warn(message),
});
