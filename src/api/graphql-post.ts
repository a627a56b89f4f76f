import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { type ApolloServer, HeaderMap } from '@apollo/server';
import express from 'express';
import { ManyheadError } from '../errors.js';
import type { Log } from '../log.js';
import type { Inspector } from '../operations/inspector.js';
import { spendingOf } from '../operations/spending.js';
import { BodyTooLarge, bodyLimitOf, checkMarks } from './bodies.js';
import { BrokenUtf8, checkUtf8 } from './broken-utf8.js';
import type { Context, Rooms } from './context.js';
import { admissionOf } from './gate/gate.js';
import { refuse } from './gate/refusal.js';
import { requestOf } from './requests/request.js';

/** Answers of this many bytes are compressed for who accepts it: below, it would cost more time than it saves. */
export const COMPRESSED_FROM = 64 * 1024;

/** Bodies longer than this leave the short way: express limits and reads them. */
const SHORT = 1024 * 1024;

const compressed = promisify(gzip);

/**
 * The short way of the usual request: POST /graphql, JSON in UTF-8, of known and modest length. Whatever is unusual about a request
 * (another method or path, a compressed body, another charset, chunks) is left to express, which knows all of that and takes
 * twice the time.
 * @returns whether it took the request
 */
export function takesShortWay(
  apollo: ApolloServer<Context>,
  rooms: Rooms,
  inspector: Inspector,
  log: Log,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const { method, url, headers } = request;
  const length = Number(headers['content-length']);
  const isUsual =
    method === 'POST' &&
    url === '/graphql' &&
    /^application\/json(; *charset=utf-8)?$/i.test(headers['content-type'] ?? '') &&
    headers['content-encoding'] === undefined &&
    headers.expect === undefined &&
    length <= SHORT;
  if (!isUsual) return false;
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.once('end', () => {
    answer(apollo, rooms, inspector, request, response, Buffer.concat(chunks)).catch((error) => {
      log.error('a request could not be answered', { request: requestOf(request)?.id }, error);
      response.destroy();
    });
  });
  return true;
}

async function answer(
  apollo: ApolloServer<Context>,
  rooms: Rooms,
  inspector: Inspector,
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Buffer,
): Promise<void> {
  let body: unknown;
  try {
    checkUtf8(bytes);
    checkMarks(bytes, bodyLimitOf(request));
    body = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    if (error instanceof BodyTooLarge) return refuse(error, request, response);
    requestOf(request)?.fails('BAD_REQUEST');
    const why = error instanceof BrokenUtf8 ? 'its body is not UTF-8' : 'its body is not JSON';
    const errors = [{ message: `The request could not be read: ${why}.`, extensions: { code: 'BAD_REQUEST' } }];
    return send(request, response, 400, 'application/json; charset=utf-8', JSON.stringify({ errors }));
  }
  try {
    body = inspector.body(body);
  } catch (error) {
    if (error instanceof ManyheadError) return refuse(error, request, response);
    throw error;
  }
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  const result = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { method: 'POST', headers, search: '', body },
    context: async () => perRequest(rooms, request, response),
  });
  for (const [name, value] of result.headers) response.setHeader(name, value);
  if (result.body.kind !== 'complete') throw new Error('answers in parts are not asked for here');
  return send(request, response, result.status ?? 200, undefined, result.body.string);
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  type: string | undefined,
  text: string,
): Promise<void> {
  response.statusCode = status;
  if (type) response.setHeader('content-type', type);
  if (text.length < COMPRESSED_FROM || !takesGzip(request)) {
    response.setHeader('content-length', Buffer.byteLength(text));
    response.end(text);
    return;
  }
  response.setHeader('content-encoding', 'gzip');
  // Beside the origin, where other sites may ask.
  response.appendHeader('vary', 'Accept-Encoding');
  response.end(await compressed(text, { level: constants.Z_BEST_SPEED }));
}

/** As express reads it of its own requests: by the weights, too. */
const takesGzip = (request: IncomingMessage): boolean =>
  express.request.acceptsEncodings.call(request, 'gzip') !== false;

/** What the resolvers of one request work with. @throws GraphQLError UNAUTHENTICATED where the gate has let nobody in */
export function perRequest(rooms: Rooms, incoming: IncomingMessage, response: ServerResponse): Context {
  const { caller, spendTexts } = admissionOf(incoming);
  const request = requestOf(incoming);
  return {
    ...rooms,
    caller,
    spendTexts: spendingOf(rooms.operationLimits, spendTexts),
    signal: signalOf(response),
    request,
    usage: request?.usage,
  };
}

/** Aborted when the caller goes away before the answer is there. */
function signalOf(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}
