import type { Targets } from '../heads/loss.js';
import type { RandomGenerator } from '../random/generator.js';
import type { LearningEncoder } from './encoder-session.js';
import { diverged, weightedSum } from './fit.js';
import type { Hyperparameters } from './hyperparameters.js';

/** What shapes how an encoder learns, besides what shapes its heads; `dropout` is that of the embedding. */
export interface FineHyperparameters extends Omit<Hyperparameters, 'encoder'> {
  readonly encoderLearningRate: number;
  /** Shares of the activations and of the attention that are dropped within the encoder. */
  readonly hiddenDropout: number;
  readonly attentionDropout: number;
}

/**
 * One step: gradients, clipping, AdamW.
 * @returns the loss of each head
 * @throws Error before anything has changed, where a loss or gradient is not finite
 */
export async function encoderStep(
  learner: LearningEncoder,
  rows: readonly number[],
  targets: readonly Targets[],
  lossWeights: readonly number[],
  step: number,
  { headLearningRate, encoderLearningRate }: Rates,
  noise: RandomGenerator,
  { maxGradNorm, weightDecay }: FineHyperparameters,
): Promise<readonly number[]> {
  const { losses, words } = await learner.gradients(rows, targets, lossWeights, noise);
  const norm = learner.weights.gradientNorm(words.length);
  const loss = weightedSum(losses, lossWeights);
  if (!Number.isFinite(loss) || !Number.isFinite(norm))
    throw diverged(`the loss is ${loss}, the length of its gradient ${norm}`, step, 'encoderLearningRate');
  const gradientScale = maxGradNorm > 0 && norm > maxGradNorm ? maxGradNorm / norm : 1;
  const rates = { encoder: encoderLearningRate, head: headLearningRate, weightDecay, gradientScale };
  learner.weights.step(rates, words);
  return losses;
}

export type Rates = Pick<FineHyperparameters, 'headLearningRate' | 'encoderLearningRate'>;

/** @param share of the full learning rates */
export const ratesAt = (share: number, { headLearningRate, encoderLearningRate }: FineHyperparameters): Rates => ({
  headLearningRate: headLearningRate * share,
  encoderLearningRate: encoderLearningRate * share,
});
