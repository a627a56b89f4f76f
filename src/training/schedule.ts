/** What the weights of a step are moved by. */
export interface LearningRates {
  readonly headLearningRate: number;
  /** Undefined where the encoder is fixed. */
  readonly encoderLearningRate: number | undefined;
}

/**
 * Linear warm-up from 0, then linear decay to 0 at the last step.
 * @param step the step that is about to be taken, from 0
 * @returns the share of the full learning rate
 */
export function warmupThenDecay(step: number, steps: number, warmupRatio: number): number {
  const warmup = Math.floor(steps * warmupRatio);
  if (step < warmup) return (step + 1) / warmup;
  return (steps - step) / Math.max(1, steps - warmup);
}
