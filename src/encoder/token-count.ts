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

/** Tokens of a text, however long, the two that mark start and end among them. */
export function tokenCounter({ files, architecture }: EncoderDescription): (text: string) => number {
  const all = Number.MAX_SAFE_INTEGER;
  const tokenize = openTokenizer(files.tokenizer, files.tokenizerConfig, all, architecture.vocabulary);
  return (text) => tokenize(text).ids.length;
}
