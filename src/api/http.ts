import { existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import { expressMiddleware } from '@as-integrations/express5';
import compression from 'compression';
import express, { type ErrorRequestHandler, type Express } from 'express';
import type { GraphQLSchema } from 'graphql';
import type { Config } from '../config.js';
import { ManyheadError } from '../errors.js';
import type { Log } from '../log.js';
import type { Context } from './context.js';
import { documentCache } from './document-cache.js';
import { callerError } from './errors.js';
import { COMPRESSED_FROM, signalOf, takesShortWay } from './graphql-post.js';
import { serveMetrics } from './metrics.js';
import { onlyOverWebSocket } from './only-websocket.js';
import { overloadStatus } from './overload.js';
import { serveSubscriptions } from './subscriptions.js';
import { serveUploads } from './uploads.js';
import { thrownByRules } from './validation.js';
import { stringifyWithVectors } from './vector.js';

/** A request is at most this long, in bytes: some 200,000 rows of a sentence or two. */
export const LONGEST_BODY = 64 * 1024 * 1024;

/** How long a request that has begun may go on while the server stops, in milliseconds: then it is cut off. */
const LAST_ANSWERS = 1_500;

/** How long a request may take to arrive, in milliseconds, unless it is an upload. */
const ARRIVAL = 300_000;

const WEB = fileURLToPath(new URL('../../web/', import.meta.url));

/** What GraphiQL needs, and no more: monaco writes style elements, and its icons are data URLs. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export interface HttpServer {
  /** Where it listens, such as `http://127.0.0.1:4000`. */
  readonly address: string;
  /** Answers what it has begun to answer, and takes no more. */
  close(): Promise<void>;
}

/**
 * GraphQL over POST and WebSocket at /graphql, GraphiQL there for browsers, uploads to /datasets, and /livez, /readyz and /metrics.
 * @throws a system error (EADDRINUSE, ...) where it cannot listen
 */
export async function serveHttp(
  schema: GraphQLSchema,
  context: Context,
  config: Config,
  log: Log,
): Promise<HttpServer> {
  const app = express();
  const server = createServer((request, response) => {
    if (request.method !== 'PUT') endWhereSlow(request);
    if (!takesShortWay(apollo, context, log, request, response)) app(request, response);
  });
  // Node's own limit knows no exception for uploads.
  server.requestTimeout = 0;
  const apollo = new ApolloServer<Context>({
    schema,
    introspection: config.introspection,
    includeStacktraceInErrorResponses: false,
    documentStore: documentCache(),
    formatError: (_, error) => callerError(error, log),
    logger: quietLogger(log),
    stringifyResult: stringifyWithVectors,
    // A second `stop` of Apollo's during its first never ends, so on SIGTERM only ours may be called.
    stopOnTerminationSignals: false,
    plugins: [
      ApolloServerPluginDrainHttpServer({ httpServer: server, stopGracePeriodMillis: LAST_ANSWERS }),
      ApolloServerPluginLandingPageDisabled(),
      overloadStatus,
      onlyOverWebSocket,
      thrownByRules,
    ],
  });
  await apollo.start();

  app.disable('x-powered-by');
  serveHealth(app, context);
  serveMetrics(app, context);
  serveUploads(app, context, log);
  if (config.graphiql) serveGraphiql(app);
  app.use(
    '/graphql',
    compression({ threshold: COMPRESSED_FROM, level: 1 }),
    express.json({ limit: LONGEST_BODY }),
    expressMiddleware(apollo, { context: async ({ res }) => ({ ...context, signal: signalOf(res) }) }),
  );
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
  const subscriptions = serveSubscriptions(server, schema, context, config, log);
  return {
    address: addressOf(server, config),
    async close() {
      await subscriptions.close();
      await apollo.stop();
    },
  };
}

function serveHealth(app: Express, { encoders, queue }: Context): void {
  app.get('/livez', (_, response) => {
    response.type('text').send('ok\n');
  });
  app.get('/readyz', async (_, response) => {
    try {
      await Promise.all([encoders.pretrained.encode(['ready']).catch(unlessOverloaded), queue.ping()]);
      response.type('text').send('ok\n');
    } catch {
      response.status(503).type('text').send('not ready\n');
    }
  });
}

/** A server with much to do is ready all the same: taking it away would only leave more to the others. */
function unlessOverloaded(error: unknown): void {
  if (!(error instanceof ManyheadError && error.code === 'OVERLOADED')) throw error;
}

function serveGraphiql(app: Express): void {
  if (!existsSync(WEB)) return;
  app.use('/assets', express.static(`${WEB}assets`, { immutable: true, maxAge: '1y', fallthrough: false }));
  app.get('/', (_, response) => response.redirect('/graphql'));
  app.get('/graphql', (request, response, next) => {
    if (request.accepts(['json', 'html']) !== 'html') return next();
    response
      .set({
        'Content-Security-Policy': CONTENT_SECURITY_POLICY,
        'Cache-Control': 'no-cache',
        Vary: 'Accept',
        'X-Content-Type-Options': 'nosniff',
      })
      .sendFile('graphiql/index.html', { root: WEB });
  });
}

/** A body that could not be read (too long, not JSON, cut off), said the way GraphQL says it. */
const bodyErrors =
  (log: Log): ErrorRequestHandler =>
  (error, _request, response, next) => {
    if (response.headersSent) return next(error);
    const status = typeof error?.status === 'number' && error.status >= 400 && error.status < 500 ? error.status : 500;
    if (status === 500) {
      response.status(500).json({ errors: [callerError(error, log)] });
      return;
    }
    const message =
      status === 413
        ? `The request is too long: give at most ${LONGEST_BODY} bytes.`
        : status === 404
          ? 'There is nothing here.'
          : `The request could not be read: ${error.type === 'entity.parse.failed' ? 'its body is not JSON' : 'its body is broken'}.`;
    response
      .status(status)
      .json({ errors: [{ message, extensions: { code: status === 413 ? 'PAYLOAD_TOO_LARGE' : 'BAD_REQUEST' } }] });
  };

function endWhereSlow(request: IncomingMessage): void {
  const late = setTimeout(() => request.destroy(), ARRIVAL);
  request.once('end', () => clearTimeout(late)).once('close', () => clearTimeout(late));
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
  const shown = ['0.0.0.0', '::'].includes(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${shown}:${port}`;
}

/** What Apollo has to say of itself, in our log. */
const quietLogger = (log: Log) => ({
  debug: (message: string) => log.debug(message),
  info: (message: string) => log.debug(message),
  warn: (message: string) => log.warn(message),
  error: (message: string) => log.warn(message),
});
