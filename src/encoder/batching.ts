/** Of all the places in a batch, at most this share is padding. */
const mostPadding = 0.1;

/** A text that waits: all that batching knows of it. */
export interface Waiting {
  readonly tokens: number;
}

/**
 * The next batch: the text that has waited longest, and the others nearest to it in length, oldest first, as long as
 * they fit the budget and little of the batch is padding.
 * @param waiting the oldest first
 * @param budget the most tokens of a batch, padding counted; a single longer text still makes a batch
 * @returns members of `waiting`; empty only when nothing waits
 */
export function nextBatch<T extends Waiting>(waiting: readonly T[], budget: number): readonly T[] {
  if (waiting.length === 0) return [];
  const [oldest] = waiting;
  const batch = [oldest];
  let [longest, real] = [oldest.tokens, oldest.tokens];
  for (const text of nearestFirst(waiting.slice(1), oldest.tokens)) {
    const places = Math.max(longest, text.tokens) * (batch.length + 1);
    if (places > budget || real + text.tokens < places * (1 - mostPadding)) continue;
    batch.push(text);
    longest = Math.max(longest, text.tokens);
    real += text.tokens;
  }
  return batch;
}

/** Texts by how far their length is from `tokens`, the older first among equals: a counting sort, as thousands may wait. */
function nearestFirst<T extends Waiting>(texts: readonly T[], tokens: number): T[] {
  const byDistance: T[][] = [];
  for (const text of texts) {
    const distance = Math.abs(text.tokens - tokens);
    byDistance[distance] ??= [];
    byDistance[distance].push(text);
  }
  return byDistance.flat();
}
