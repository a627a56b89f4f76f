import { inWords, type Named } from '../heads/reshape.js';
import type { TaskDifference } from '../training/compare.js';

/** When a new version takes over `production`. */
export type PromotionPolicy = 'ALWAYS' | 'IF_BETTER' | 'NEVER';

/** Whether a version was promoted to `production`, and why. */
export interface PromotionDecision {
  readonly promoted: boolean;
  readonly reason: string;
  /** The version it was measured against, and how it did; absent where it was not. */
  readonly comparedWith?: number;
  readonly differences?: readonly TaskDifference[];
}

/** How a new version does beside the one that is served, on the same rows. */
export interface Comparison {
  readonly number: number;
  /** New minus served, for the tasks of both. */
  readonly differences: readonly TaskDifference[];
  /** Tasks of the new version that the served one has no head for. */
  readonly gained: readonly string[];
  /** Tasks of both that answer differently now, without rows to tell whether that is better. */
  readonly unmeasured: readonly string[];
  /** What the served one has, and the new one is without though nobody removed it: it went on from another version. */
  readonly missing: readonly Named[];
  /** Whether tasks or labels were renamed or removed on the way to the new one. */
  readonly reshaped: boolean;
}

/** The decision where it was made when the job was asked for. */
export const asOrdered = (policy: 'ALWAYS' | 'NEVER'): PromotionDecision => ({
  promoted: policy === 'ALWAYS',
  reason: `promote is ${policy}`,
});

/** The decision, under IF_BETTER, where there is nothing to be better than. */
export const firstServed: PromotionDecision = { promoted: true, reason: 'the model served no version yet' };

/** Names told of what is missing. */
const MOST_NAMES = 5;

/**
 * IF_BETTER: nothing that is served is missing, no task is worse beyond what chance explains (the 95 % interval of its macro F1's difference lies below 0), and one
 * is better, or new; or tasks or labels were renamed or removed, as somebody has asked for.
 */
export function decideIfBetter({
  number,
  differences,
  gained,
  unmeasured,
  missing,
  reshaped,
}: Comparison): PromotionDecision {
  const decision = (promoted: boolean, reason: string): PromotionDecision => ({
    promoted,
    reason,
    comparedWith: number,
    differences,
  });
  if (missing.length > 0)
    return decision(
      false,
      `version ${number} has ${named(missing)}, which this one is without: it goes on from another version`,
    );
  if (unmeasured.length > 0)
    return decision(
      false,
      `there were no rows that neither learned from to measure ${unmeasured.join(', ')} on, which changed`,
    );
  const against = `than version ${number} on the same rows`;
  const worse = differences.filter(({ macroF1 }) => macroF1.high < 0);
  if (worse.length > 0) return decision(false, `worse ${against}: ${worse.map(told).join(', ')}`);
  const better = differences.filter(({ macroF1 }) => macroF1.value > 0);
  const measured = differences.map(told);
  const fresh = gained.map((task) => `${task} is new`);
  if (better.length + gained.length === 0)
    return reshaped
      ? decision(
          true,
          `renamed or removed as asked, and not worse ${against}: ${measured.join(', ') || 'none changed'}`,
        )
      : decision(false, `not better ${against}: ${measured.join(', ') || 'no task in common'}`);
  return decision(true, `better ${against}: ${[...measured, ...fresh].join(', ')}`);
}

const named = (missing: readonly Named[]): string => {
  const more = missing.length - MOST_NAMES;
  return missing.slice(0, MOST_NAMES).map(inWords).join(', ') + (more > 0 ? ` and ${more} more` : '');
};

const told = ({ task, macroF1: { value, low, high } }: TaskDifference): string =>
  `${task} macro F1 ${signed(value)} (95 % interval ${signed(low)} to ${signed(high)})`;

const signed = (value: number): string => `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(3)}`;
