import type { IncomingMessage, ServerOptions, ServerResponse } from 'node:http';
import type { Config } from '../config.js';

/**
 * How long a connection may stay open between two requests, in milliseconds: longer than proxies keep theirs, which is 60 s as a rule,
 * so that no request of theirs meets a connection that is being closed.
 */
const IDLE = 65_000;

/** How often Node looks for connections whose headers do not come to an end, in milliseconds. */
const LOOK_EVERY = 1_000;

/** How long a client may take nothing of an answer that is waiting for it, in milliseconds. */
const SLOWEST_READER = 60_000;

/** What Node itself ends: connections that send their headers too slowly, or nothing any more. */
export const connectionLimits = ({ arrival }: Config): ServerOptions => ({
  headersTimeout: arrival.headers,
  connectionsCheckingInterval: LOOK_EVERY,
  keepAliveTimeout: IDLE,
  // Node's own limit knows no exception for uploads.
  requestTimeout: 0,
});

/** Ends a request that arrives too slowly, and one whose answer is not taken. An upload ends itself, until it is answered. */
export function endWhereSlow(request: IncomingMessage, response: ServerResponse, { arrival }: Config): void {
  const limit = (): void => {
    const late = setTimeout(() => {
      // Whether anybody has read it does not matter: nobody reads a GET to its end.
      if (request.complete) return;
      if (!response.headersSent) response.writeHead(408, { Connection: 'close' });
      response.end(() => request.destroy());
    }, arrival.body);
    request.once('end', () => clearTimeout(late)).once('close', () => clearTimeout(late));
  };
  if (request.method !== 'PUT' || !request.url?.startsWith('/datasets/')) limit();
  else
    response.once('finish', () => {
      if (!request.complete) limit();
    });
  // A caller that has gone away has taken its socket along.
  response.once('prefinish', () => response.socket?.setTimeout(SLOWEST_READER));
}
