import { gzipSync } from 'node:zlib';
import fc, { type Arbitrary } from 'fast-check';
import type { Shot } from './exchange.js';
import { damaged, text } from './hostile.js';
import { JSON_TYPE, post, request, usual } from './http-request.js';
import { chunked, odd, pipelined } from './odd-http.js';
import { operation } from './operations.js';

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
  'application/json; charset=utf-7',
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

/** What clients of other makers ask, and what theirs should not. */
const embeddings: Arbitrary<Shot> = fc
  .oneof(
    fc.record(
      {
        input: fc.oneof(
          { weight: 3, arbitrary: text },
          { weight: 3, arbitrary: fc.array(text, { maxLength: 4 }) },
          { weight: 2, arbitrary: fc.array(fc.integer({ min: -2, max: 40_000 }), { maxLength: 8 }) },
          { weight: 1, arbitrary: fc.array(fc.array(fc.nat(30_000), { maxLength: 4 }), { maxLength: 3 }) },
          { weight: 1, arbitrary: fc.jsonValue() },
        ),
        model: fc.oneof(fc.constantFrom('default', 'easy', 'all-MiniLM-L6-v2'), text),
        encoding_format: fc.constantFrom('float', 'base64', 'nothing', 1),
        dimensions: fc.oneof(fc.integer({ min: -1, max: 400 }), fc.jsonValue()),
        user: text,
      },
      { requiredKeys: ['input', 'model'] },
    ),
    fc.jsonValue(),
  )
  .map((given) => ({ ...post(JSON.stringify(given)), target: '/v1/embeddings' }))
  .map((given) => request('embeddings', given));

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
const scrambled: Arbitrary<Shot> = damaged(
  fc.oneof(usual, odd, chunked, embeddings).map(({ parts }) => Buffer.concat(parts)),
).map((bytes) => ({
  what: 'scrambled bytes',
  parts: [bytes],
  expects: 'an end',
}));

/** Anything that can come over HTTP, but uploads. */
export const httpShot: Arbitrary<Shot> = fc.oneof(
  { weight: 10, arbitrary: usual },
  { weight: 2, arbitrary: brokenBody },
  { weight: 2, arbitrary: embeddings },
  { weight: 1, arbitrary: otherType },
  { weight: 1, arbitrary: compressed },
  { weight: 2, arbitrary: odd },
  { weight: 1, arbitrary: chunked },
  { weight: 1, arbitrary: pipelined },
  { weight: 1, arbitrary: unfinished },
  { weight: 1, arbitrary: scrambled },
);
