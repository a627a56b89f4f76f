import { expect } from 'vitest';
import { readArchitecture } from '#src/encoder/architecture.js';
import { openTokenizer } from '#src/encoder/tokenizer.js';
import { smallConfig, smallTokenizer } from '../../encoder/random-bert.js';
import type { Parser } from './explore.js';
import { isPlain, jsonIn, readOrRefused } from './refused.js';
import { inJson } from './words.js';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

export const encoderParsers: readonly Parser[] = [
  {
    what: 'a tokenizer',
    files: [Buffer.from(JSON.stringify(smallTokenizer))],
    words: [
      ...inJson,
      ...['"WordPiece"', '"##"', '"vocab"', '"model"', '"[UNK]"', '"BertNormalizer"', '"added_tokens"'],
    ],
    modules: ['/dist/src/encoder/', '/@huggingface/'],
    check(file) {
      const given = jsonIn(file);
      if (!isObject(given)) return;
      // The library's own errors are of every kind; whoever opens an encoder is told that its tokenizer cannot be used.
      const tokenize = readOrRefused(
        () => openTokenizer(given, {}, 16, 14),
        (error) => error instanceof Error,
      );
      if (tokenize === undefined) return;
      for (const text of ['a red, greenish. b', 'ß\0字\u0301 [CLS]', '', 'x'.repeat(300)]) {
        const { ids } = tokenize(text);
        expect(ids.length).toBeGreaterThanOrEqual(2);
        expect(ids.length).toBeLessThanOrEqual(16);
        for (const id of ids) expect(id).toBeLessThan(14);
      }
    },
  },
  {
    what: 'the config.json of an encoder',
    files: [Buffer.from(JSON.stringify(smallConfig))],
    words: [...inJson, '"bert"', '"relu"', '"hidden_size":', '"layer_norm_eps":', '"position_embedding_type":'],
    modules: ['/dist/src/encoder/'],
    check(file) {
      const given = jsonIn(file);
      if (isObject(given)) readOrRefused(() => readArchitecture(given), isPlain);
    },
  },
];
