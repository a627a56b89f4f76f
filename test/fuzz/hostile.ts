import fc, { type Arbitrary } from 'fast-check';

/** Texts as no caller should write them, and as one will. */

const said: readonly string[] = [
  'Soccer is pretty cool!',
  'The weather is so gloomy.',
  'I love this wonderful apple number 0.',
  'I hate this terrible banana number 1.',
  'Hello Fetch!',
];

const odd: readonly string[] = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\u200b',
  '\ufeff',
  '\u202eevil',
  '\ud800',
  '\udfff\ud800',
  '💥'.repeat(40),
  'e\u0301'.repeat(30),
  '\u0130\u0131\u017f\u1e9e',
  'x'.repeat(4096),
  'word '.repeat(900),
  'ß'.repeat(2000),
  '字'.repeat(600),
  '[CLS] [SEP] [PAD] [MASK] [UNK]',
  '##ing ##ed',
  '"; DROP TABLE jobs; --',
  '<script>alert(1)</script>',
  '{{constructor}}',
  '%s%n%x',
  '\r\nSet-Cookie: a=b',
  '-1e309',
  'NaN',
  '\u0000\u0001\u0002\u001b[31m',
  '\\',
  '\\u0000',
  '"""',
  '#',
];

/** Names that could leave a folder, hide in it, be something else there, or look like another. */
const names: readonly string[] = [
  '..',
  '.',
  '../',
  '../../etc/passwd',
  '..\\..\\windows',
  '/etc/passwd',
  'a/b',
  'a\\b',
  'easy/',
  'easy/../easy',
  'easy\0',
  'easy\0.json',
  '\0',
  ' easy',
  'easy ',
  'EASY',
  'Easy',
  'ｅａｓｙ',
  'еasy',
  'ea\u00adsy',
  'easy\u200b',
  'CON',
  'con',
  'NUL',
  'nul.json',
  'COM1',
  'LPT9.txt',
  'aux',
  'easy.',
  'easy::$DATA',
  '.unfinished',
  '.hidden',
  '-rf',
  '~',
  '%2e%2e%2f',
  '%00',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'prototype',
  'x'.repeat(64),
  'x'.repeat(65),
  'x'.repeat(4096),
  '0',
  '00000001',
  'null',
  'undefined',
  '*',
  '\u202Eysae',
  '💥',
];

export const text: Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...said) },
  { weight: 2, arbitrary: fc.constantFrom(...odd, ...names) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ maxLength: 40 }) },
);

/** A name in a place where one of `known` would be right. */
export const nameAmong = (known: readonly string[]): Arbitrary<string> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...known) },
    { weight: 3, arbitrary: fc.constantFrom(...names) },
    { weight: 1, arbitrary: text },
  );

/** What may stand in JSON where a text should, and does harm to whoever makes a text of it. */
export const noText: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    { toString: 1 },
    { toString: null, valueOf: null },
    [{ toString: 'x' }],
    [[{ toString: {} }]],
    { length: 1e9 },
    { constructor: { prototype: null } },
    null,
    true,
    1e308,
    {},
    [],
  ),
  fc.jsonValue(),
);

/** Whole numbers as they may stand in a document: small and right, at the edges, and now and then none at all. */
export const whole: Arbitrary<string> = fc.oneof(
  { weight: 40, arbitrary: fc.integer({ min: 0, max: 12 }).map(String) },
  {
    weight: 20,
    arbitrary: fc.constantFrom('-1', '-0', '384', '385', '4096', '4097', '1000', '1001', '2147483647', '-2147483648'),
  },
  { weight: 1, arbitrary: fc.constantFrom('1.5', '1e3', '2147483648', '9007199254740993', '99999999999999999999999') },
);

/** Any number: in between, far beyond, and next to nothing. */
export const number: Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: whole },
  { weight: 3, arbitrary: fc.constantFrom('0.1', '0.5', '0.9', '1', '0', '-0.1') },
  { weight: 1, arbitrary: fc.constantFrom('1e308', '1e309', '-1e309', '1e-309', '1e9') },
  { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }).map(String) },
);

/** A text as a URL carries it, whatever is in it. */
export const inUrl = (given: string): string =>
  Buffer.from(given)
    .toString('hex')
    .replaceAll(/../g, (byte) => `%${byte}`);

/** What can become of bytes. */
export const damages = ['flip', 'zero', 'high', 'remove', 'double', 'cut', 'insert'] as const;

/** Bytes of something, changed in places: turned over, taken out, doubled, cut off. */
export const damaged = (bytes: Arbitrary<Uint8Array>): Arbitrary<Buffer> =>
  fc
    .tuple(
      bytes,
      fc.array(
        fc.record({
          at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
          how: fc.constantFrom(...damages),
          with: fc.uint8Array({ minLength: 1, maxLength: 8 }),
        }),
        { minLength: 1, maxLength: 4 },
      ),
    )
    .map(([whole, changes]) => changes.reduce(change, Buffer.from(whole)));

type Damage = (typeof damages)[number];

interface Change {
  /** Share of the way through. */
  readonly at: number;
  readonly how: Damage;
  readonly with: Uint8Array;
}

/** Bytes with one change. */
export function change(bytes: Buffer, { at, how, with: given }: Change): Buffer {
  const place = Math.floor(at * bytes.length);
  const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)];
  switch (how) {
    case 'flip':
      return Buffer.concat([before, after.map((byte, i) => (i === 0 ? byte ^ (1 << (given[0] & 7)) : byte))]);
    case 'zero':
      return Buffer.concat([before, after.map((byte, i) => (i < given.length ? 0 : byte))]);
    case 'high':
      return Buffer.concat([before, after.map((byte, i) => (i < given.length ? 0xff : byte))]);
    case 'remove':
      return Buffer.concat([before, after.subarray(given.length)]);
    case 'double':
      return Buffer.concat([before, after.subarray(0, 64), after]);
    case 'cut':
      return before;
    case 'insert':
      return Buffer.concat([before, given, after]);
  }
}
