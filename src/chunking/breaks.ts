/** Where a text may break: between piece i and piece i + 1 lies gap i. */
export interface BreakRules {
  /** Neighbours that are less alike are parted; where undefined the deepest valleys part them. */
  readonly similarityThreshold: number | undefined;
  /** No chunk has more tokens. */
  readonly maxTokens: number;
  /** Tokens of the pieces `from` to `to`, `to` left out. */
  tokensOf(from: number, to: number): number;
}

/** Valleys do not leave chunks of fewer tokens, or of an eighth of the most where that is less. */
const FEWEST_TOKENS = 32;

/**
 * The pieces that chunks begin with, the first of all among them.
 * @param similarities of what is before and after each gap
 */
export function chunkStarts(similarities: readonly number[], rules: BreakRules): number[] {
  const pieces = similarities.length + 1;
  const wanted =
    rules.similarityThreshold === undefined
      ? valleys(similarities, rules)
      : [...similarities.keys()].filter((gap) => similarities[gap] < (rules.similarityThreshold ?? 0));
  const starts = [0, ...wanted.map((gap) => gap + 1).sort((a, b) => a - b)];
  return starts.flatMap((start, place) => fitting(start, starts[place + 1] ?? pieces, similarities, rules));
}

/**
 * TextTiling (Hearst 1997): a gap is as deep as the similarities rise on both of its sides, and the deepest part, those beyond
 * one standard deviation over the mean.
 */
function valleys(similarities: readonly number[], { maxTokens, tokensOf }: BreakRules): number[] {
  const pieces = similarities.length + 1;
  const depths = similarities.map((here, gap) => {
    const climb = (step: number): number => {
      let top = here;
      for (let at = gap + step; similarities[at] >= top; at += step) top = similarities[at];
      return top - here;
    };
    return climb(-1) + climb(1);
  });
  const mean = depths.reduce((sum, depth) => sum + depth, 0) / depths.length;
  const deviation = Math.sqrt(depths.reduce((sum, depth) => sum + (depth - mean) ** 2, 0) / depths.length);
  const fewest = Math.min(FEWEST_TOKENS, maxTokens / 8);
  const chosen: number[] = [];
  for (const gap of [...depths.keys()].sort((a, b) => depths[b] - depths[a])) {
    if (depths[gap] === 0 || depths[gap] < mean + deviation) break;
    const before = Math.max(0, ...chosen.filter((each) => each < gap).map((each) => each + 1));
    const after = Math.min(pieces, ...chosen.filter((each) => each > gap).map((each) => each + 1));
    if (tokensOf(before, gap + 1) >= fewest && tokensOf(gap + 1, after) >= fewest) chosen.push(gap);
  }
  return chosen;
}

/** A stretch of pieces, parted at its least similar gaps until every part fits; the starts of the parts. */
function fitting(from: number, to: number, similarities: readonly number[], rules: BreakRules): number[] {
  if (to - from <= 1 || rules.tokensOf(from, to) <= rules.maxTokens) return [from];
  let lowest = from;
  for (let gap = from; gap < to - 1; gap++) if (similarities[gap] < similarities[lowest]) lowest = gap;
  return [...fitting(from, lowest + 1, similarities, rules), ...fitting(lowest + 1, to, similarities, rules)];
}
