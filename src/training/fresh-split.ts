import type { Example } from '../datasets/example.js';
import { measuredRows, type Split } from './split.js';

/** Fewer rows than these tell too little: then all of them measure, and how many are known is said. */
const FEWEST_ROWS = 20;

export interface FreshSplit {
  readonly split: Split;
  /** Rows that measure though the weights have learned from their texts before. */
  readonly known: number;
}

/**
 * A split whose rows that validate and test are none of those that the weights have learned from before: how they do there says
 * nothing of how they do elsewhere.
 * @param texts that were learned from before
 */
export function freshSplit(split: Split, examples: readonly Example[], texts: ReadonlySet<string>): FreshSplit {
  const isKnown = (row: number) => texts.has(examples[row].text);
  const fresh = (rows: readonly number[]) => {
    const left = rows.filter((row) => !isKnown(row));
    return left.length >= Math.min(FEWEST_ROWS, rows.length) ? left : rows;
  };
  const held = { ...split, validation: fresh(split.validation), test: fresh(split.test) };
  return { split: held, known: measuredRows(held).filter(isKnown).length };
}
