import type { Tokens } from './tokenizer.js';

/** Tokens that mark the start and the end of a text. */
export const MARKS = 2;

/**
 * Token ids that a caller brings, as the encoder reads them: at most `maxTokens`, with the frame around them, which they may have
 * already.
 * @param frame [CLS] and [SEP]
 */
export function framedTokens(ids: readonly number[], [start, end]: Int32Array, maxTokens: number): Tokens {
  const isFramed = ids.length > 1 && ids[0] === start && ids[ids.length - 1] === end;
  const content = isFramed ? ids.slice(1, -1) : ids;
  const room = maxTokens - MARKS;
  return { ids: Int32Array.of(start, ...content.slice(0, room), end), truncated: content.length > room };
}
