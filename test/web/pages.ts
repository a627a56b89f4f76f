import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import express from 'express';
import { execute, type GraphQLSchema, graphql, subscribe, validate } from 'graphql';
import { useServer as answerOverSockets } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';

const project = fileURLToPath(new URL('../..', import.meta.url));
const built = `${project}dist/web`;

/** The strictest policy GraphiQL works under: its editor writes style elements and attributes, and has icons in data: URLs. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Every root field's function by its name, as graphql-js calls the fields of a plain object. */
type Answers = Readonly<Record<string, (args: Record<string, unknown>) => unknown>>;

/** The built pages (built first, if stale) in front of a GraphQL API that answers with `answers`. */
export async function servePages(schema: GraphQLSchema, answers: Answers) {
  await promisify(execFile)(process.execPath, [`${project}web/build.mjs`]);

  const app = express();
  app.use((_request, response, next) => {
    response.set('content-security-policy', contentSecurityPolicy);
    next();
  });
  app.use('/assets', express.static(`${built}/assets`, { immutable: true, maxAge: '1y' }));
  app.get('/graphql', (_request, response) => response.sendFile(`${built}/graphiql/index.html`));
  app.post('/graphql', express.json(), async (request, response) => {
    const { query, variables, operationName } = request.body;
    response.json(
      await graphql({ schema, source: query, rootValue: answers, variableValues: variables, operationName }),
    );
  });

  const server = createServer(app);
  const sockets = new WebSocketServer({ server, path: '/graphql' });
  const roots = { query: answers, mutation: answers, subscription: answers };
  // The functions too, for vitest and graphql-ws each load a copy of graphql, and neither takes a schema of the other's.
  answerOverSockets({ schema, roots, execute, subscribe, validate }, sockets);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets.clients) socket.terminate();
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
