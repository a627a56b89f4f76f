import fc, { type Arbitrary } from 'fast-check';
import type { Shot } from './exchange.js';
import { damaged, inUrl, nameAmong, text } from './hostile.js';
import { request } from './http-request.js';
import { there } from './operations.js';

const newline = fc.constantFrom('\n', '\r\n', '\r', '\n\r', '\u2028', '\n\n', '\0\n');

/** A cell as CSV has it, and as it has not. */
const cell: Arbitrary<string> = fc
  .tuple(text, fc.constantFrom('plain', 'plain', 'quoted', 'quoted', 'open', 'half', 'late', 'giant'))
  .map(([value, how]) => {
    switch (how) {
      case 'quoted':
        return `"${value.replaceAll('"', '""')}"`;
      case 'open':
        return `"${value}`;
      case 'half':
        return `"${value}"${value}`;
      case 'late':
        return `${value}"x"`;
      case 'giant':
        return 'g'.repeat(120_000);
      default:
        return value;
    }
  });

const csv: Arbitrary<string> = fc
  .tuple(
    fc.constantFrom(
      'text,fruit,mood',
      'text',
      'text,fruit,fruit',
      'text;fruit',
      '',
      'fruit,mood',
      ' text , split ,fruit[]',
      '"text","a b"',
      'text,__proto__',
    ),
    fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { maxLength: 8 }),
    newline,
    fc.constantFrom('', '', '\ufeff', '\0', '#x\n'),
  )
  .map(([head, rows, end, before]) => before + [head, ...rows.map((row) => row.join(','))].join(end));

const jsonLine: Arbitrary<string> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .record({
        text,
        fruit: fc.oneof(text, fc.constantFrom('apple', 'banana')),
        mood: fc.constantFrom('happy', 'sad', null),
      })
      .map((row) => JSON.stringify(row)),
  },
  { weight: 1, arbitrary: fc.record({ text, labels: fc.jsonValue() }).map((row) => JSON.stringify(row)) },
  { weight: 1, arbitrary: fc.jsonValue().map((row) => JSON.stringify(row)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '{"text":"a","__proto__":"b"}',
      '{"text":"a","constructor":"b"}',
      '{"text":"a","text":2}',
      '[',
      '{"text":"\\ud800"}',
      `{"text":${'['.repeat(5000)}`,
      '{"text":"a","labels":{"toString":"x"}}',
      '{"text":"a","labels":[{"task":"fruit","labels":["a","a"]}]}',
    ),
  },
);

const jsonLines: Arbitrary<string> = fc
  .tuple(fc.array(jsonLine, { maxLength: 8 }), newline)
  .map(([rows, end]) => rows.join(end));

/** A file in one encoding or another. */
export const encodedFile: Arbitrary<Uint8Array> = fc
  .tuple(fc.oneof(csv, jsonLines), fc.constantFrom('utf8', 'utf8', 'utf16le', 'utf16 with mark', 'latin1'))
  .map(([file, how]) =>
    how === 'utf16 with mark'
      ? Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(file, 'utf16le')])
      : Buffer.from(file, how === 'utf16le' || how === 'latin1' ? how : 'utf8'),
  );

const type = fc.constantFrom(
  'text/csv',
  'text/csv',
  'application/x-ndjson',
  'application/x-ndjson',
  'text/csv; charset=utf-16le',
  'text/csv; charset=windows-1252',
  'text/csv; charset=nothing',
  'text/csv; charset="utf-8"',
  'text/csv; charset=',
  'application/jsonl;charset=shift_jis',
  'application/json',
  'text/plain',
  '__proto__',
  '',
);

const query = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '?text=fruit',
      '?text=nothing',
      '?task.fruit=mood',
      '?task.__proto__=mood',
      '?task.a%5B%5D=fruit',
      '?x=y',
      '?text=a&text=b',
      '?task.=x',
      '?split=mood',
      '?task.%00=x',
      '?%',
    ),
  },
);

const headers = fc.constantFrom<readonly (readonly [string, string])[]>(
  [],
  [],
  [['Content-Encoding', 'gzip']],
  [['Expect', '100-continue']],
);

const upload: Arbitrary<Shot> = fc
  .tuple(
    nameAmong([...there.datasets, 'uploaded']),
    query,
    type,
    headers,
    fc.oneof({ weight: 2, arbitrary: encodedFile }, { weight: 1, arbitrary: damaged(encodedFile) }),
  )
  .map(([name, given, kind, more, body]) =>
    request('an upload', {
      method: 'PUT',
      target: `/datasets/${inUrl(name)}${given}`,
      headers: [['Content-Type', kind], ...more],
      body,
    }),
  );

/** Files for PUT /datasets, with everything wrong that a file can have, whole or cut off. */
export const uploadShot: Arbitrary<Shot> = fc.oneof(
  { weight: 4, arbitrary: upload },
  {
    weight: 1,
    arbitrary: fc
      .tuple(upload, fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean())
      .map(([{ parts }, share, reset]): Shot => {
        const bytes = Buffer.concat(parts);
        return {
          what: 'an upload cut off',
          parts: [bytes.subarray(0, Math.floor(share * bytes.length))],
          expects: 'an end',
          reset,
        };
      }),
  },
);
