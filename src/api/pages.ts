import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import compression from 'compression';
import express, { type Express, type Response } from 'express';
import type { Config } from '../config.js';

const WEB = fileURLToPath(new URL('../../web/', import.meta.url));

/**
 * Addresses that the console answers in the browser (web/console/routes.tsx). Others stay with the API, so that a client with a
 * wrong address is told so; a browser is told by `unknownPages`.
 */
const CONSOLE = ['/', '/runs{/*rest}', '/models{/*rest}', '/data{/*rest}', '/train', '/api'];

/** What a page may load: its own files, and no more. The other headers are those of every answer (gate/security-headers.ts). */
const POLICY = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'font-src': "'self'",
  'img-src': "'self' data:",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
} as const;

/** GraphiQL's editor, monaco, writes style elements and works in threads. */
const GRAPHIQL_POLICY = { ...POLICY, 'worker-src': "'self'", 'style-src': "'self' 'unsafe-inline'" } as const;

/** The console at its addresses, GraphiQL at GET /graphql for browsers, and what both load under /assets. Nothing where they are not built. */
export function servePages(app: Express, config: Pick<Config, 'console' | 'graphiql'>): void {
  if (!existsSync(WEB)) return;
  app.use(
    '/assets',
    compression(),
    express.static(`${WEB}assets`, {
      cacheControl: false,
      setHeaders: (response) => response.setHeader('Cache-Control', 'public, max-age=31536000, immutable'),
      fallthrough: false,
    }),
  );
  if (config.console) app.get(CONSOLE, (_, response) => sendPage(response, 'console', POLICY));
  else if (config.graphiql) app.get('/', (_, response) => response.redirect('/graphql'));
  if (!config.graphiql) return;
  app.get('/graphql', (request, response, next) => {
    response.vary('Accept');
    if (request.accepts(['json', 'html']) === 'html') sendPage(response, 'graphiql', GRAPHIQL_POLICY);
    else next();
  });
}

/**
 * The console, at an address that nobody knows, for a browser: it says so in words, also to who has no key yet. Other clients are told
 * by the API.
 */
export function unknownPages(config: Pick<Config, 'console'>): Express {
  const app = express().disable('x-powered-by');
  if (!existsSync(WEB) || !config.console) return app;
  return app.get('/{*rest}', (request, response, next) => {
    response.vary('Accept');
    if (request.accepts(['json', 'html']) === 'html') sendPage(response.status(404), 'console', POLICY);
    else next();
  });
}

function sendPage(response: Response, page: string, policy: Readonly<Record<string, string>>): void {
  response
    .set({
      'Content-Security-Policy': Object.entries(policy)
        .map(([directive, sources]) => `${directive} ${sources}`)
        .join('; '),
      'Cache-Control': 'no-cache',
    })
    .sendFile(`${page}/index.html`, { root: WEB });
}
