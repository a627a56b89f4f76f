import { excess } from './excess.js';
import type { OperationLimits } from './limits.js';

/** Counts texts that are to be encoded. @throws ManyheadError TOO_MANY_TEXTS, RATE_LIMITED */
export type SpendTexts = (count: number) => Promise<void>;

/**
 * Counts the texts of one request, those of all its fields together, against what a request may have encoded.
 * @param spendOfMinute counts them against what the caller may in a minute
 */
export function spendingOf(limits: OperationLimits, spendOfMinute: SpendTexts): SpendTexts {
  let spent = 0;
  return async (count) => {
    spent += count;
    if (spent > limits.texts) throw excess('texts', spent, limits);
    await spendOfMinute(count);
  };
}
