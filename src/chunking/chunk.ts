import { MARKS } from '../encoder/framed-tokens.js';
import { chunkStarts } from './breaks.js';
import { type Piece, sentencesOf } from './sentences.js';

export interface ChunkOptions {
  /** Of a chunk, the two that mark start and end among them. */
  readonly maxTokens: number;
  readonly similarityThreshold: number | undefined;
  /** Of a text, the two among them. */
  readonly tokensOf: (text: string) => number;
  /** Vectors of texts, in their order. */
  readonly embed: (texts: readonly string[]) => Promise<readonly Float32Array[]>;
}

/**
 * Splits a text where its meaning turns: between two sentences whose neighbourhoods, two sentences each, are least alike. The
 * chunks follow each other and leave nothing out: joined they are the text.
 */
export async function chunked(text: string, options: ChunkOptions): Promise<Piece[]> {
  const { maxTokens, similarityThreshold, tokensOf, embed } = options;
  const pieces = await sentencesOf(text, maxTokens, tokensOf);
  if (pieces.length === 0) return [];
  const span = (from: number, to: number) => ({ start: pieces[from].start, end: pieces[to - 1].end });
  const between = (from: number, to: number) => text.slice(span(from, to).start, span(from, to).end);
  // Window i is piece i with the one after it; the last is alone.
  const windows = await embed(pieces.map((_, i) => between(i, Math.min(i + 2, pieces.length))));
  const similarities = pieces.slice(1).map((_, gap) => cosine(windows[Math.max(0, gap - 1)], windows[gap + 1]));
  const starts = await chunkStarts(similarities, {
    similarityThreshold,
    maxTokens,
    tokens: pieces.map(({ tokens }) => Math.max(0, tokens - MARKS)),
    tokensOf: (from, to) => tokensOf(between(from, to)),
  });
  return starts.map((start, place) => {
    const end = starts[place + 1] ?? pieces.length;
    return { ...span(start, end), tokens: tokensOf(between(start, end)) };
  });
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [product, squaresOfA, squaresOfB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    product += a[i] * b[i];
    squaresOfA += a[i] * a[i];
    squaresOfB += b[i] * b[i];
  }
  return product / Math.sqrt(squaresOfA * squaresOfB || 1);
}
