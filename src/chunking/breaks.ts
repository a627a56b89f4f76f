import { MARKS } from '../encoder/framed-tokens.js';
import { turns } from '../turns.js';

/** Where a text may break: between piece i and piece i + 1 lies gap i. */
export interface BreakRules {
  /** Neighbours that are less alike are parted; where undefined the deepest valleys part them. */
  readonly similarityThreshold: number | undefined;
  /** No chunk has more tokens. */
  readonly maxTokens: number;
  /** Tokens of each piece by itself, without those that mark start and end. */
  readonly tokens: readonly number[];
  /** Tokens of the pieces `from` to `to`, `to` left out, with the two that mark start and end. */
  tokensOf(from: number, to: number): number;
}

/** Valleys do not leave chunks of fewer tokens, or of an eighth of the most where that is less. */
const FEWEST_TOKENS = 32;

/**
 * The pieces that chunks begin with, the first of all among them.
 * @param similarities of what is before and after each gap
 */
export async function chunkStarts(similarities: readonly number[], rules: BreakRules): Promise<number[]> {
  const pieces = similarities.length + 1;
  const wanted =
    rules.similarityThreshold === undefined
      ? valleys(similarities, rules)
      : [...similarities.keys()].filter((gap) => similarities[gap] < (rules.similarityThreshold ?? 0));
  const starts = [0, ...wanted.map((gap) => gap + 1).sort((a, b) => a - b)];
  return fitting(
    starts.map((start, place) => ({ from: start, to: starts[place + 1] ?? pieces })),
    similarities,
    rules,
  );
}

/**
 * TextTiling (Hearst 1997): a gap is as deep as the similarities rise on both of its sides, and the deepest part, those beyond
 * one standard deviation over the mean.
 */
function valleys(similarities: readonly number[], { maxTokens, tokens }: BreakRules): number[] {
  const before = peaks(similarities);
  const after = peaks([...similarities].reverse()).reverse();
  const depths = similarities.map((here, gap) => before[gap] - here + (after[gap] - here));
  const mean = depths.reduce((sum, depth) => sum + depth, 0) / depths.length;
  const deviation = Math.sqrt(depths.reduce((sum, depth) => sum + (depth - mean) ** 2, 0) / depths.length);
  const fewest = Math.min(FEWEST_TOKENS, maxTokens / 8) - MARKS;
  const chosen = new Set<number>();
  /** Whether there are enough tokens between a gap and the next chosen one, or the end of the text, in one direction. */
  const leavesEnough = (gap: number, step: -1 | 1): boolean => {
    let count = 0;
    for (let piece = step < 0 ? gap : gap + 1; tokens[piece] !== undefined && count < fewest; piece += step) {
      count += tokens[piece];
      if (chosen.has(step < 0 ? piece - 1 : piece)) break;
    }
    return count >= fewest;
  };
  for (const gap of [...depths.keys()].sort((a, b) => depths[b] - depths[a])) {
    if (depths[gap] === 0 || depths[gap] < mean + deviation) break;
    if (leavesEnough(gap, -1) && leavesEnough(gap, 1)) chosen.add(gap);
  }
  return [...chosen];
}

/** For each place, how high the numbers rise from there, going back. */
function peaks(numbers: readonly number[]): number[] {
  const tops: number[] = [];
  for (const [place, here] of numbers.entries()) tops.push(numbers[place - 1] >= here ? tops[place - 1] : here);
  return tops;
}

interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Stretches of pieces, each parted at its least similar gaps until every part fits; the starts of the parts. */
async function fitting(
  stretches: readonly Stretch[],
  similarities: readonly number[],
  rules: BreakRules,
): Promise<number[]> {
  const turn = turns();
  const sums = [0];
  for (const count of rules.tokens) sums.push(sums[sums.length - 1] + count);
  // Pieces that are parts of a word have other tokens together than apart, but not half as many: far more than fit need no counting.
  const fits = ({ from, to }: Stretch): boolean =>
    to - from <= 1 || (sums[to] - sums[from] <= 2 * rules.maxTokens && rules.tokensOf(from, to) <= rules.maxTokens);
  const starts: number[] = [];
  const open = [...stretches].reverse();
  for (let stretch = open.pop(); stretch !== undefined; stretch = open.pop()) {
    await turn();
    if (fits(stretch)) starts.push(stretch.from);
    else {
      const { from, to } = stretch;
      const gap = lowest(similarities, from, to - 1);
      open.push({ from: gap + 1, to }, { from, to: gap + 1 });
    }
  }
  return starts;
}

/** The place of the least number; of several the one nearest to the middle, so that equal ones are halved and not nibbled at. */
function lowest(numbers: readonly number[], from: number, to: number): number {
  const middle = (from + to - 1) / 2;
  let best = from;
  for (let place = from; place < to; place++) {
    const isNearer = Math.abs(place - middle) < Math.abs(best - middle);
    if (numbers[place] < numbers[best] || (numbers[place] === numbers[best] && isNearer)) best = place;
  }
  return best;
}
