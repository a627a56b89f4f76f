import fc, { type Arbitrary } from 'fast-check';
import type { Shot } from './exchange.js';
import { brokenOperation, operation } from './operations.js';

export interface Request {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

/** A request as bytes; whole, so that it gets an answer. */
export function request(what: string, { method, target, headers, body }: Request): Shot {
  const own = headers.map(([name]) => name.toLowerCase());
  const all = [
    ['Host', '127.0.0.1'],
    ['Connection', 'close'],
    ...(own.includes('transfer-encoding') ? [] : [['Content-Length', String(body.length)]]),
    ...headers,
  ];
  const head = `${method} ${target} HTTP/1.1\r\n${all.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  return { what, parts: [Buffer.concat([Buffer.from(head, 'latin1'), body])], expects: 'an answer' };
}

export const JSON_TYPE = ['Content-Type', 'application/json'] as const;

/** A request for GraphQL. */
export const post = (body: Uint8Array | string, headers: Request['headers'] = [JSON_TYPE]): Request => ({
  method: 'POST',
  target: '/graphql',
  headers,
  body: Buffer.from(body),
});

/** An operation as the usual request carries it. */
export const usual: Arbitrary<Shot> = fc
  .oneof({ weight: 5, arbitrary: operation }, { weight: 1, arbitrary: brokenOperation })
  .map((given) => request('an operation', post(JSON.stringify(given))));
