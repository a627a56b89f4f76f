import type { Architecture } from '../encoder/architecture.js';
import { firstLearningLayer, type Learning } from '../encoder/training/parameters.js';

/** Rows of a batch from one place to before another. */
export interface BatchPart {
  readonly from: number;
  readonly to: number;
}

/** How large a batch may be for one run: beyond, its parts are run one after the other and their gradients added up. */
export const mostActivationBytes = 640 * 2 ** 20;

/**
 * A batch in as few stretches of its rows as a bound allows: what a run keeps for its way back, for every token and every pair
 * of tokens of the padded texts, is to stay below. At least one row each.
 * @param lengths tokens of each row
 */
export function batchParts(
  lengths: readonly number[],
  encoder: { readonly architecture: Architecture; readonly learning: Learning },
  mostBytes = mostActivationBytes,
): readonly BatchPart[] {
  const parts: BatchPart[] = [];
  let [from, tokens, longest] = [0, 0, 0];
  lengths.forEach((length, row) => {
    const texts = row + 1 - from;
    const bytes = activationBytes(encoder, texts, tokens + length, Math.max(longest, length));
    if (texts > 1 && bytes > mostBytes) {
      parts.push({ from, to: row });
      [from, tokens, longest] = [row, 0, 0];
    }
    tokens += length;
    longest = Math.max(longest, length);
  });
  return [...parts, { from, to: lengths.length }];
}

/** About what a run keeps: a layer's activations of every width and, in attention, scores, shares, noise and their product. */
function activationBytes(
  { architecture, learning }: { readonly architecture: Architecture; readonly learning: Learning },
  texts: number,
  tokens: number,
  longest: number,
): number {
  const { heads, hidden, intermediate, layers } = architecture;
  const ofTokens = tokens * (13 * hidden + 2 * intermediate);
  const ofPairs = 4 * texts * heads * longest * longest;
  return 4 * (layers - firstLearningLayer(learning)) * (ofTokens + ofPairs);
}
