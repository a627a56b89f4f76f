import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { RateLimited } from '../../access/rate-limits.js';
import { type ErrorCode, ManyheadError } from '../../errors.js';
import { meantOpenAiError } from '../openai/errors.js';
import { requestOf } from '../requests/request.js';
import { securityHeaderLines } from './security-headers.js';

/** The HTTP status of an answer that is nothing but this error. */
export const statuses: Readonly<Partial<Record<ErrorCode, number>>> = {
  DOCUMENT_TOO_LONG: 400,
  DOCUMENT_TOO_DEEP: 400,
  DOCUMENT_TOO_WIDE: 400,
  TOO_MANY_ALIASES: 400,
  TOO_MANY_DUPLICATES: 400,
  TOO_MANY_DIRECTIVES: 400,
  VARIABLES_TOO_DEEP: 400,
  TOO_MANY_TEXTS: 400,
  TOO_MANY_TOKENS: 400,
  TOO_MANY_ROWS: 400,
  ANSWER_TOO_LARGE: 400,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  BATCHING_NOT_SUPPORTED: 400,
  INTROSPECTION_DISABLED: 400,
  OPERATION_NOT_ALLOWED: 403,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  HOST_NOT_ALLOWED: 403,
  ORIGIN_NOT_ALLOWED: 403,
  RATE_LIMITED: 429,
  OVERLOADED: 503,
};

/** A body of so many bytes is read to its end though it is refused, so that the connection can be used again. */
const READ_ALL_THE_SAME = 64 * 1024;

/** Answers a request that no route gets to see. */
export function refuse(error: ManyheadError, request: IncomingMessage, response: ServerResponse): void {
  requestOf(request)?.fails(error.code);
  const text = JSON.stringify(refusalBody(error, request.url ?? ''));
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
  if (coding !== undefined || Number(length ?? 0) > READ_ALL_THE_SAME) response.setHeader('Connection', 'close');
  if (error instanceof RateLimited) response.setHeader('Retry-After', error.allowance.reset);
  response.statusCode = statuses[error.code] ?? 500;
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(text);
  request.resume();
}

/** As GraphQL says it, and under /v1 as clients of OpenAI's API read it. */
function refusalBody(error: ManyheadError, url: string): object {
  const overThere = url.startsWith('/v1/') ? meantOpenAiError(error) : undefined;
  const { code, message } = error;
  return overThere?.body ?? { errors: [{ message, extensions: { code } }] };
}

/** Seconds after which there may be room for one more WebSocket: when one is closed is not known. */
const ROOM_AFTER = 5;

const retryAfter = (error: ManyheadError): number =>
  error instanceof RateLimited ? error.allowance.reset : ROOM_AFTER;

/** Answers a request for a WebSocket that is not opened. */
export function refuseUpgrade(error: ManyheadError, socket: Duplex): void {
  const text = JSON.stringify(refusalBody(error, ''));
  const status = statuses[error.code] ?? 404;
  // Who has gone away meanwhile is no reason to end.
  socket.on('error', () => {});
  // Nobody reads it any more, and so nobody would see that the other side has closed it.
  socket.once('finish', () => socket.destroy());
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(text)}`,
      'Connection: close',
      ...(error.code === 'RATE_LIMITED' ? [`Retry-After: ${retryAfter(error)}`] : []),
      ...securityHeaderLines,
      '',
      text,
    ].join('\r\n'),
  );
}
