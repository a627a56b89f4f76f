import { gzipSync } from 'node:zlib';
import fc, { type Arbitrary } from 'fast-check';
import type { Shot } from './exchange.js';
import { damaged, inUrl, text } from './hostile.js';
import { brokenOperation, operation } from './operations.js';

interface Request {
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

const JSON_TYPE = ['Content-Type', 'application/json'] as const;

const post = (body: Uint8Array | string, headers: Request['headers'] = [JSON_TYPE]): Request => ({
  method: 'POST',
  target: '/graphql',
  headers,
  body: Buffer.from(body),
});

/** An operation as the usual request carries it. */
const usual: Arbitrary<Shot> = fc
  .oneof({ weight: 5, arbitrary: operation }, { weight: 1, arbitrary: brokenOperation })
  .map((given) => request('an operation', post(JSON.stringify(given))));

/** JSON that is none, in an encoding that is none. */
const brokenBody: Arbitrary<Shot> = fc
  .oneof(
    damaged(operation.map((given) => Buffer.from(JSON.stringify(given)))),
    fc.uint8Array({ maxLength: 60 }),
    fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value))),
    fc.array(operation, { maxLength: 3 }).map((given) => Buffer.from(JSON.stringify(given))),
    fc.nat(3000).map((depth) => Buffer.from(`${'['.repeat(depth)}${']'.repeat(depth)}`)),
    fc
      .nat(3000)
      .map((depth) =>
        Buffer.from(`{"query":"{ __typename }","variables":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`),
      ),
    fc
      .constantFrom(
        '{"query":"{ __typename }","query":"{ nothing }"}',
        '{"__proto__":{"query":"{ __typename }"}}',
        '',
        'null',
        '\ufeff{}',
      )
      .map((each) => Buffer.from(each)),
  )
  .map((body) => request('a broken body', post(body)));

const types = [
  'application/json; charset=utf-16',
  'application/json; charset=nothing',
  'application/json;charset=utf-8',
  'application/json; charset="utf-8"; x=y',
  'APPLICATION/JSON',
  'application/graphql',
  'application/graphql-response+json',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=xyz',
  'multipart/form-data',
  'application/octet-stream',
  'application/json, text/plain',
  ';',
  '',
  'application/json\u00ff',
];

const otherType: Arbitrary<Shot> = fc
  .tuple(fc.constantFrom(...types), operation, fc.boolean())
  .map(([type, given, isForm]) =>
    request(
      `content type ${type}`,
      post(
        isForm
          ? `--xyz\r\nContent-Disposition: form-data; name="operations"\r\n\r\n${JSON.stringify(given)}\r\n--xyz--\r\n`
          : JSON.stringify(given),
        [['Content-Type', type]],
      ),
    ),
  );

const encodings: Readonly<Record<string, (body: Buffer) => Uint8Array>> = {
  gzip: (body) => gzipSync(body),
  'gzip of nothing like it': (body) => body,
  'gzip cut off': (body) => gzipSync(body).subarray(0, -7),
  'gzip with more behind it': (body) => Buffer.concat([gzipSync(body), Buffer.from('more')]),
  'gzip of much': () => gzipSync(Buffer.alloc(3_000_000, ' ')),
};

const compressed: Arbitrary<Shot> = fc
  .tuple(
    fc.constantFrom(...Object.keys(encodings)),
    operation,
    fc.constantFrom('gzip', 'x-gzip', 'deflate', 'br', 'gzip, gzip', 'identity', 'zstd', 'nothing'),
  )
  .map(([how, given, name]) =>
    request(
      `${how} as ${name}`,
      post(encodings[how](Buffer.from(JSON.stringify(given))), [JSON_TYPE, ['Content-Encoding', name]]),
    ),
  );

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
const odd: Arbitrary<Shot> = fc
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
const chunked: Arbitrary<Shot> = fc
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
const pipelined: Arbitrary<Shot> = fc.array(usual, { minLength: 2, maxLength: 5 }).map((shots) => ({
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

/** Requests that stop in the middle, come byte by byte, or whose caller goes away. */
const unfinished: Arbitrary<Shot> = fc
  .tuple(
    fc.oneof(usual, chunked, compressed),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.constantFrom('cut', 'slow', 'reset', 'late reset'),
  )
  .map(([shot, share, how]): Shot => {
    const bytes = Buffer.concat(shot.parts);
    const at = Math.floor(share * bytes.length);
    switch (how) {
      case 'cut':
        return { what: 'a request cut off', parts: [bytes.subarray(0, at)], expects: 'an end' };
      case 'slow': {
        const step = Math.max(1, Math.ceil(bytes.length / 25));
        const parts = Array.from({ length: Math.ceil(bytes.length / step) }, (_, i) =>
          bytes.subarray(i * step, (i + 1) * step),
        );
        return { ...shot, what: 'a slow request', parts };
      }
      case 'reset':
        return { what: 'a caller that is gone', parts: [bytes.subarray(0, at)], expects: 'an end', reset: true };
      default:
        return { what: 'a caller that does not wait', parts: [bytes], expects: 'an end', reset: true };
    }
  });

/** Bytes that were a request once. */
const scrambled: Arbitrary<Shot> = damaged(fc.oneof(usual, odd, chunked).map(({ parts }) => Buffer.concat(parts))).map(
  (bytes) => ({
    what: 'scrambled bytes',
    parts: [bytes],
    expects: 'an end',
  }),
);

/** Anything that can come over HTTP, but uploads. */
export const httpShot: Arbitrary<Shot> = fc.oneof(
  { weight: 10, arbitrary: usual },
  { weight: 2, arbitrary: brokenBody },
  { weight: 1, arbitrary: otherType },
  { weight: 1, arbitrary: compressed },
  { weight: 2, arbitrary: odd },
  { weight: 1, arbitrary: chunked },
  { weight: 1, arbitrary: pipelined },
  { weight: 1, arbitrary: unfinished },
  { weight: 1, arbitrary: scrambled },
);
