import fc, { type Arbitrary } from 'fast-check';
import type { Shot } from './exchange.js';
import { inUrl, text } from './hostile.js';
import { JSON_TYPE, post, request, usual } from './http-request.js';
import { operation } from './operations.js';

const header: Arbitrary<readonly [string, string]> = fc.oneof(
  fc.constantFrom<readonly [string, string]>(
    ['Accept-Encoding', 'gzip'],
    ['Accept-Encoding', 'br;q=1.0, gzip;q=0.001, *;q=0'],
    ['Accept', 'application/graphql-response+json'],
    ['Accept', 'multipart/mixed; deferSpec=20220824, application/json'],
    ['Accept', 'image/png'],
    ['Accept', ''],
    ['Apollo-Require-Preflight', '1'],
    ['X-Apollo-Operation-Name', 'x'],
    ['Origin', 'http://evil.example'],
    ['Cookie', 'a=b; '.repeat(100)],
    ['X-Forwarded-For', '1.2.3.4, 5.6.7.8'],
    ['X-Http-Method-Override', 'DELETE'],
    ['Authorization', 'Bearer x'],
    ['Range', 'bytes=0-1,2-3'],
    ['If-None-Match', '*'],
    ['Upgrade', 'h2c'],
    ['TE', 'trailers'],
    ['Expect', '100-continue'],
    ['Expect', 'the unexpected'],
    ['Content-Length', '0'],
    ['Content-Length', '99999999999999999999'],
    ['Content-Length', '-1'],
    ['Content-Length', '1, 1'],
    ['Host', 'other'],
    ['Transfer-Encoding', 'identity'],
    ['Transfer-Encoding', 'gzip, chunked'],
    ['X-Long', 'x'.repeat(20_000)],
    ['Sec-WebSocket-Version', '13'],
  ),
  text.map((value): [string, string] => ['X-Text', Buffer.from(value).toString('latin1')]),
);

const target: Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '/graphql',
    '/graphql/',
    '/graphql?query=%7B__typename%7D',
    '/graphql?query=%7Bembed(texts:%5B%22a%22%5D)%7Btokens%7D%7D&variables=%7B',
    '/graphql?query=%ff',
    '/graphql?query[]=a&query[b]=c',
    '/graphql/../livez',
    '//graphql',
    '/livez',
    '/readyz',
    '/',
    '/assets/../../package.json',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/assets/..%2f..%2fpackage.json',
    '/assets/\\..\\..\\package.json',
    '/assets/%00',
    '/datasets/easy',
    '/datasets/',
    '/datasets',
    '*',
    'http://127.0.0.1/graphql',
    'http://other.example/graphql?query=%7B__typename%7D',
    'http://[/graphql',
    'http://',
    'ftp://x',
    '/%',
    '/%E0%A4%A',
    `/${'x'.repeat(9000)}`,
    `/${'x'.repeat(20_000)}`,
    `/graphql?${'a=b&'.repeat(1500)}`,
    '?',
    '#',
    '/graphql#x',
    '/__proto__',
    '/constructor',
  ),
  text.map((each) => `/${inUrl(each)}`),
);

/** Requests that HTTP allows, and others that look nearly so. */
export const odd: Arbitrary<Shot> = fc
  .tuple(
    fc.constantFrom(
      'GET',
      'POST',
      'HEAD',
      'OPTIONS',
      'DELETE',
      'PATCH',
      'PUT',
      'TRACE',
      'PROPFIND',
      'CONNECT',
      'get',
      'POST ',
    ),
    target,
    fc.array(header, { maxLength: 4 }),
    operation,
    fc.constantFrom('HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/0.9', ''),
  )
  .map(([method, where, headers, given, version]) => {
    const shot = request(`${method} ${where.slice(0, 60)}`, {
      ...post(JSON.stringify(given), [JSON_TYPE, ...headers]),
      method,
      target: where,
    });
    return {
      ...shot,
      expects: 'an end',
      parts: shot.parts.map((part) =>
        Buffer.from(Buffer.from(part).toString('latin1').replace('HTTP/1.1', version), 'latin1'),
      ),
    };
  });

/** A body in pieces, each with its length, which may not be its length. */
export const chunked: Arbitrary<Shot> = fc
  .tuple(
    operation,
    fc.array(fc.nat(40), { minLength: 1, maxLength: 6 }),
    fc.constantFrom(
      'right',
      'right',
      'too long',
      'too short',
      'negative',
      'huge',
      'not a number',
      'no end',
      'with extensions',
      'with trailers',
    ),
  )
  .map(([given, sizes, how]) => {
    const body = Buffer.from(JSON.stringify(given));
    let at = 0;
    const pieces = [...sizes, body.length].flatMap((size) => {
      const piece = body.subarray(at, at + size + 1);
      at += piece.length;
      return piece.length > 0 ? [piece] : [];
    });
    const told = (length: number) => toldLength(how, length);
    const end =
      how === 'no end' ? '' : how === 'with trailers' ? '0\r\nX-Trailer: 1\r\nContent-Length: 3\r\n\r\n' : '0\r\n\r\n';
    const opened = request(`chunks, ${how}`, post('', [JSON_TYPE, ['Transfer-Encoding', 'chunked']]));
    const parts = [
      ...opened.parts,
      ...pieces.map((piece) => Buffer.concat([Buffer.from(`${told(piece.length)}\r\n`), piece, Buffer.from('\r\n')])),
      Buffer.from(end),
    ];
    return { ...opened, parts, expects: how.startsWith('right') || how.startsWith('with') ? 'an answer' : 'an end' };
  });

/** The length of a chunk as its line tells it. */
function toldLength(how: string, length: number): string {
  switch (how) {
    case 'too long':
      return (length + 3).toString(16);
    case 'too short':
      return Math.max(1, length - 2).toString(16);
    case 'negative':
      return `-${length.toString(16)}`;
    case 'huge':
      return 'ffffffffffffffff';
    case 'not a number':
      return 'zz';
    case 'with extensions':
      return `${length.toString(16)};name="${'v'.repeat(50)}"`;
    default:
      return length.toString(16);
  }
}

/** Several requests one behind the other without waiting for an answer. */
export const pipelined: Arbitrary<Shot> = fc.array(usual, { minLength: 2, maxLength: 5 }).map((shots) => ({
  what: 'requests without a pause',
  parts: [
    Buffer.concat(
      shots.map(({ parts: [part] }) =>
        Buffer.from(Buffer.from(part).toString('latin1').replace('Connection: close\r\n', ''), 'latin1'),
      ),
    ),
  ],
  expects: 'an end',
}));
