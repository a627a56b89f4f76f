import type { TaskReport } from '../training/metrics.js';

/** When a new version takes over `production`. */
export type PromotionPolicy = 'ALWAYS' | 'IF_BETTER' | 'NEVER';

/** Whether the version was promoted to `production`, and why. */
export interface PromotionDecision {
  readonly promoted: boolean;
  readonly reason: string;
}

/**
 * Whether a new version is to be served.
 * @param fresh the new version's reports
 * @param serving the reports of the version that production points to, measured on the same rows; undefined: none is served
 * @param unmeasured tasks whose heads stayed as they were while the encoder changed under them
 */
export function decidePromotion(
  policy: PromotionPolicy,
  fresh: readonly TaskReport[],
  serving: { readonly number: number; readonly reports: readonly TaskReport[] } | undefined,
  unmeasured: readonly string[],
): PromotionDecision {
  if (policy === 'NEVER') return { promoted: false, reason: 'promote is NEVER' };
  if (policy === 'ALWAYS') return { promoted: true, reason: 'promote is ALWAYS' };
  if (serving === undefined) return { promoted: true, reason: 'the model served no version yet' };
  if (unmeasured.length > 0)
    return {
      promoted: false,
      reason: `the encoder changed, and there were no rows to measure ${unmeasured.join(', ')} on`,
    };
  const shared = fresh.flatMap((report) => {
    const other = serving.reports.find(({ task }) => task === report.task);
    return other ? [{ task: report.task, fresh: report.macroF1, serving: other.macroF1 }] : [];
  });
  const worse = shared.filter((pair) => pair.fresh < pair.serving);
  if (worse.length > 0)
    return {
      promoted: false,
      reason: `worse than version ${serving.number} on the same rows: ${worse.map(compared).join(', ')}`,
    };
  return {
    promoted: true,
    reason: `not worse than version ${serving.number} on the same rows: ${shared.map(compared).join(', ') || 'no task in common'}`,
  };
}

const compared = (pair: { task: string; fresh: number; serving: number }): string =>
  `${pair.task} macro F1 ${pair.fresh.toFixed(3)} to ${pair.serving.toFixed(3)}`;
