import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chunked } from '#src/chunking/chunk.js';
import { type Encoder, openEncoder } from '#src/encoder/open.js';

let encoder: Encoder;
beforeAll(async () => {
  encoder = await openEncoder({ threads: 2, maxBatchTokens: 512 });
});
afterAll(() => encoder.close());

const chunk = async (text: string, maxTokens = 256, similarityThreshold?: number) => {
  const embed = async (texts: readonly string[]) => (await encoder.encode(texts)).map(({ vector }) => vector);
  const pieces = await chunked(text, { maxTokens, similarityThreshold, tokensOf: encoder.countTokens, embed });
  return pieces.map((piece) => ({ ...piece, text: text.slice(piece.start, piece.end) }));
};

const cooking = [
  'To make the dough, mix flour, water and a little salt.',
  'Knead it for ten minutes until it is smooth.',
  'Let the dough rise in a warm place for an hour.',
  'Roll it out, spread tomato sauce and add mozzarella.',
  'Bake the pizza in a very hot oven until the crust is brown.',
];
const space = [
  'The probe left the launch pad early in the morning.',
  'After six months it entered an orbit around Mars.',
  'Its instruments measure the thin atmosphere of the planet.',
  'Engineers on Earth send commands through a large antenna.',
  'The mission found traces of water ice near the pole.',
];

describe('a long text', () => {
  it('breaks where its meaning turns', async () => {
    const text = [...cooking, ...space].join(' ');
    const chunks = await chunk(text);
    expect(chunks.map(({ text }) => text.trim())).toEqual([cooking.join(' '), space.join(' ')]);
  });

  it('breaks wherever neighbours are less alike than a threshold', async () => {
    const text = [...cooking, ...space].join(' ');
    expect(await chunk(text, 256, -1)).toHaveLength(1);
    expect(await chunk(text, 256, 1)).toHaveLength(10);
  });

  it('is never cut into more tokens than are allowed, and nothing of it is lost', async () => {
    const unit = fc.oneof(
      fc.constantFrom(' ', '. ', '\n', 'word ', 'Über', '。', '漢字', '👩‍👩‍👧', 'a', '\ud800', '\r\n'),
      fc.string({ unit: 'binary', maxLength: 4 }),
    );
    const texts = fc.array(unit, { maxLength: 80 }).map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(texts, fc.integer({ min: 8, max: 40 }), async (text, maxTokens) => {
        const chunks = await chunk(text, maxTokens);
        expect(chunks.map((each) => each.text).join('')).toBe(text);
        for (const [place, { start, tokens, text: own }] of chunks.entries()) {
          expect(start).toBe(place === 0 ? 0 : chunks[place - 1].end);
          expect(tokens).toBe(encoder.countTokens(own));
          // A single character may take more tokens than a chunk of few may have.
          if ([...new Intl.Segmenter().segment(own)].length > 1) expect(tokens).toBeLessThanOrEqual(maxTokens);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('may be one word, or nothing', async () => {
    expect(await chunk('')).toEqual([]);
    expect(await chunk('Hello')).toEqual([{ start: 0, end: 5, tokens: 3, text: 'Hello' }]);
    const long = await chunk('x'.repeat(5_000), 32);
    expect(long.map(({ text }) => text).join('')).toHaveLength(5_000);
    for (const { tokens } of long) expect(tokens).toBeLessThanOrEqual(32);
  });

  it('that says the same over and over costs no more than any other, and leaves others their turn', async () => {
    const alike = async (texts: readonly string[]) => texts.map(() => Float32Array.of(1, 0));
    const samples = ['.'.repeat(20_000), 'a. '.repeat(6_000), '字'.repeat(20_000), '\n'.repeat(20_000)];
    for (const text of samples)
      for (const maxTokens of [8, 256]) {
        let [counted, turns] = [0, 0];
        const tokensOf = (part: string) => {
          counted += part.length;
          return encoder.countTokens(part);
        };
        const others = setInterval(() => {
          turns += 1;
        }, 1);
        const pieces = await chunked(text, { maxTokens, similarityThreshold: undefined, tokensOf, embed: alike });
        clearInterval(others);
        expect(pieces.map(({ start, end }) => text.slice(start, end)).join('')).toBe(text);
        expect(counted).toBeLessThan(30 * text.length);
        expect(turns).toBeGreaterThan(3);
      }
  });
});
