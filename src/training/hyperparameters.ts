import { badInput, shown } from '../errors.js';

/** Everything that shapes how heads learn. What a caller leaves out gets the value that did well untouched. */
export interface Hyperparameters {
  readonly epochs: number;
  readonly batchSize: number;
  readonly headLearningRate: number;
  readonly weightDecay: number;
  readonly warmupRatio: number;
  readonly dropout: number;
  readonly maxGradNorm: number;
  /** Width of the hidden layer of new heads; 0: none, the head is linear. */
  readonly hiddenUnits: number;
  readonly patience: number;
}

/** What did well untouched on data sets from a hundred rows to ten thousand: docs/training.md. */
export const defaultHyperparameters: Omit<Hyperparameters, 'batchSize' | 'headLearningRate'> = {
  epochs: 30,
  weightDecay: 0.05,
  warmupRatio: 0,
  dropout: 0.1,
  maxGradNorm: 0,
  hiddenUnits: 0,
  patience: 10,
};

/** A batch that leaves an epoch at least 32 steps where the rows allow it: the largest power of two from 8 to 256. */
export const defaultBatchSize = (rows: number): number =>
  Math.min(256, Math.max(8, 2 ** Math.floor(Math.log2(rows / 32))));

/** 0.05 at 256 rows a step, and with the square root of the rows: the noise of a step then stays the same (Malladi et al. 2022). */
export const defaultHeadLearningRate = (batchSize: number): number => 0.05 * Math.sqrt(batchSize / 256);

interface Limit {
  readonly whole?: true;
  readonly least: number;
  /** Whether `least` itself is allowed. */
  readonly above?: true;
  readonly most: number;
}

const limits: Readonly<Record<keyof Hyperparameters, Limit>> = {
  epochs: { whole: true, least: 1, most: 1000 },
  batchSize: { whole: true, least: 1, most: 8192 },
  headLearningRate: { least: 0, above: true, most: 1 },
  weightDecay: { least: 0, most: 1 },
  warmupRatio: { least: 0, most: 1 },
  dropout: { least: 0, most: 0.9 },
  maxGradNorm: { least: 0, most: 1e6 },
  hiddenUnits: { whole: true, least: 0, most: 4096 },
  patience: { whole: true, least: 1, most: 1000 },
};

/** What a caller gave, by name; null and undefined both mean: the default. */
export type GivenHyperparameters = { readonly [name in keyof Hyperparameters]?: number | null };

/**
 * @param rows there are, on which the default batch depends
 * @throws ManyheadError BAD_USER_INPUT naming the first field out of its limits
 */
export function checkHyperparameters(given: GivenHyperparameters, rows: number): Hyperparameters {
  const batchSize = checkNumber(
    'hyperparameters.batchSize',
    given.batchSize ?? defaultBatchSize(rows),
    limits.batchSize,
  );
  const defaults: Hyperparameters = {
    ...defaultHyperparameters,
    batchSize,
    headLearningRate: defaultHeadLearningRate(batchSize),
  };
  const value = (name: keyof Hyperparameters) =>
    checkNumber(`hyperparameters.${name}`, given[name] ?? defaults[name], limits[name]);
  return {
    epochs: value('epochs'),
    batchSize,
    headLearningRate: value('headLearningRate'),
    weightDecay: value('weightDecay'),
    warmupRatio: value('warmupRatio'),
    dropout: value('dropout'),
    maxGradNorm: value('maxGradNorm'),
    hiddenUnits: value('hiddenUnits'),
    patience: value('patience'),
  };
}

/** @throws ManyheadError BAD_USER_INPUT where the number is not finite, not whole or out of its limits */
export function checkNumber(field: string, value: number, { whole, least, above, most }: Limit): number {
  const fits =
    Number.isFinite(value) &&
    value <= most &&
    (above ? value > least : value >= least) &&
    (!whole || Number.isInteger(value));
  if (fits) return value;
  const range = above ? `above ${least} and at most ${most}` : `from ${least} to ${most}`;
  throw badInput(field, `${field} is ${shown(value)}: give a ${whole ? 'whole ' : ''}number ${range}.`);
}
