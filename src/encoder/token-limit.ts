import type { EncoderDescription } from './open.js';
import { openTokenizer } from './tokenizer.js';

/** Which texts an encoder cuts. */
export function tokenLimit({ files, architecture, maxTokens }: EncoderDescription): {
  readonly maxTokens: number;
  isTooLong(text: string): boolean;
} {
  const tokenize = openTokenizer(files.tokenizer, files.tokenizerConfig, maxTokens, architecture.vocabulary);
  return { maxTokens, isTooLong: (text) => tokenize(text).truncated };
}
