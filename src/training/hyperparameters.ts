import { badInput, shown } from '../errors.js';

/** Everything that shapes how heads and the encoder learn. What a caller leaves out gets the value that did well untouched. */
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
  /** How the encoder learns; undefined where it is fixed. */
  readonly encoder: EncoderHyperparameters | undefined;
}

export interface EncoderHyperparameters {
  readonly learningRate: number;
  /** Tokens of a text that are learned from. */
  readonly maxTokens: number;
}

type DefaultNumbers = Omit<Hyperparameters, 'encoder'>;

/** What does not depend on the rows. */
type Defaults = Omit<DefaultNumbers, 'epochs' | 'batchSize' | 'headLearningRate'>;

/** What did well untouched on data sets from a hundred rows to ten thousand: docs/training.md. */
export const headDefaults: Defaults & { readonly epochs: number } = {
  epochs: 30,
  weightDecay: 0.05,
  warmupRatio: 0,
  dropout: 0.1,
  maxGradNorm: 0,
  hiddenUnits: 0,
  patience: 10,
};

/** What did well where the encoder learns too. */
export const encoderDefaults: Defaults & { readonly learningRate: number; readonly headLearningRate: number } = {
  headLearningRate: 0.1,
  learningRate: 1e-4,
  weightDecay: 0.01,
  warmupRatio: 0.1,
  dropout: 0.1,
  maxGradNorm: 1,
  hiddenUnits: 0,
  patience: 3,
};

/** The largest power of two that leaves an epoch at least 32 steps, between the bounds. */
const batchFor = (rows: number, most: number): number =>
  Math.min(most, Math.max(8, 2 ** Math.floor(Math.log2(rows / 32))));

/**
 * Where only heads learn: a batch of 8 to 256, and 0.05 at 256 rows a step. The rate goes with the square root of the batch: the
 * noise of a step then stays the same (Malladi et al. 2022).
 */
function headDefaultsFor(rows: number, givenBatch: number | undefined): DefaultNumbers {
  const batchSize = givenBatch ?? batchFor(rows, 256);
  return { ...headDefaults, batchSize, headLearningRate: 0.05 * Math.sqrt(batchSize / 256) };
}

/** Where the encoder learns: a batch of 8 to 32, and as many epochs as 300 steps take, between 3 and 10. */
function encoderDefaultsFor(rows: number, givenBatch: number | undefined): DefaultNumbers {
  const batchSize = givenBatch ?? batchFor(rows, 32);
  const epochs = Math.min(10, Math.max(3, Math.round((300 * batchSize) / rows)));
  return { ...encoderDefaults, batchSize, epochs };
}

interface Limit {
  readonly whole?: true;
  readonly least: number;
  /** Whether `least` itself is allowed. */
  readonly above?: true;
  readonly most: number;
}

type NumberName = keyof DefaultNumbers | 'encoderLearningRate';

const limits: Readonly<Record<NumberName, Limit>> = {
  epochs: { whole: true, least: 1, most: 1000 },
  batchSize: { whole: true, least: 1, most: 8192 },
  headLearningRate: { least: 0, above: true, most: 1 },
  encoderLearningRate: { least: 0, above: true, most: 1 },
  weightDecay: { least: 0, most: 1 },
  warmupRatio: { least: 0, most: 1 },
  dropout: { least: 0, most: 0.9 },
  maxGradNorm: { least: 0, most: 1e6 },
  hiddenUnits: { whole: true, least: 0, most: 4096 },
  patience: { whole: true, least: 1, most: 1000 },
};

/** What a caller gave, by name; null and undefined both mean: the default. */
export type GivenHyperparameters = { readonly [name in NumberName | 'maxTokens']?: number | null };

/**
 * @param rows there are, on which some defaults depend
 * @param encoderTokens the most tokens that the encoder reads, where it learns; undefined where it is fixed
 * @throws ManyheadError BAD_USER_INPUT naming the first field out of its limits
 */
export function checkHyperparameters(
  given: GivenHyperparameters,
  rows: number,
  encoderTokens: number | undefined,
): Hyperparameters {
  const check = (name: NumberName, fallback: number) =>
    checkNumber(`hyperparameters.${name}`, given[name] ?? fallback, limits[name]);
  const givenBatch = given.batchSize == null ? undefined : check('batchSize', given.batchSize);
  const defaults =
    encoderTokens === undefined ? headDefaultsFor(rows, givenBatch) : encoderDefaultsFor(rows, givenBatch);
  const value = (name: keyof DefaultNumbers) => check(name, defaults[name]);
  return {
    epochs: value('epochs'),
    batchSize: value('batchSize'),
    headLearningRate: value('headLearningRate'),
    weightDecay: value('weightDecay'),
    warmupRatio: value('warmupRatio'),
    dropout: value('dropout'),
    maxGradNorm: value('maxGradNorm'),
    hiddenUnits: value('hiddenUnits'),
    patience: value('patience'),
    encoder: encoderTokens === undefined ? withoutEncoder(given) : encoderPart(given, encoderTokens),
  };
}

function encoderPart(given: GivenHyperparameters, mostTokens: number): EncoderHyperparameters {
  const [rate, tokens] = ['hyperparameters.encoderLearningRate', 'hyperparameters.maxTokens'];
  return {
    learningRate: checkNumber(
      rate,
      given.encoderLearningRate ?? encoderDefaults.learningRate,
      limits.encoderLearningRate,
    ),
    // [CLS], a word and [SEP]
    maxTokens: checkNumber(tokens, given.maxTokens ?? mostTokens, { whole: true, least: 3, most: mostTokens }),
  };
}

/** @throws ManyheadError BAD_USER_INPUT where something was given that only shapes an encoder that learns */
function withoutEncoder(given: GivenHyperparameters): undefined {
  for (const name of ['encoderLearningRate', 'maxTokens'] as const)
    if (given[name] != null)
      throw badInput(
        `hyperparameters.${name}`,
        `hyperparameters.${name} is ${shown(given[name])}, and freeze.backbone FULL fixes the encoder: leave it out, or make it PARTIAL or NONE.`,
      );
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
