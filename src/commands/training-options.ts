import { type Command, InvalidArgumentError, Option } from 'commander';
import type { FreezeInput, HyperparametersInput, TrainInput } from '../client/client.js';
import { decimal, several, whole } from './numbers.js';

/** What a training is asked with, but for its rows. */
export interface TrainingOptions extends HyperparametersInput {
  readonly model: string;
  readonly freeze: Pick<FreezeInput, 'backbone' | 'frozenLayers'>;
  readonly freezeHead?: readonly string[];
  readonly task?: readonly string[];
  readonly base?: number;
  readonly remove?: NonNullable<TrainInput['remove']>;
  readonly rename?: NonNullable<TrainInput['rename']>;
  readonly promote: 'always' | 'if-better' | 'never';
  readonly seed?: number;
  readonly validationSplit?: number;
  readonly lossWeighting?: 'equal' | 'fixed' | 'uncertainty';
  readonly lossWeight?: NonNullable<TrainInput['lossWeights']>;
}

const policies = { always: 'ALWAYS', 'if-better': 'IF_BETTER', never: 'NEVER' } as const;
const weightings = { equal: 'EQUAL', fixed: 'FIXED', uncertainty: 'UNCERTAINTY' } as const;

/** Adds the options that say what learns, and how. */
export const withTraining = (command: Command): Command =>
  command
    .addOption(
      new Option('--freeze <what>', 'what of the encoder is fixed: backbone, layers:N or none')
        .argParser(readFreeze)
        .default({ backbone: 'FULL' }, 'backbone'),
    )
    .option('--freeze-head <task>', 'a head that keeps its weights; may be given more than once', several)
    .option('--task <name>', 'only this task of the rows; may be given more than once', several)
    .option('--base <version>', 'the version to go on from; production when absent', whole)
    .option('--remove <task[=label]>', 'leave a task or a label of the base version out; once each', readRemovals)
    .option(
      '--rename <task[=label]:name>',
      'another name for a task or a label of the base version; once each',
      readRenamings,
    )
    .addOption(
      new Option('--promote <when>', 'whether the version takes over production')
        .choices(Object.keys(policies))
        .default('if-better'),
    )
    .option('--seed <number>', 'the same seed, rows and settings give the same weights', whole)
    .option('--validation-split <share>', 'share of the rows that only measure, 0 to 0.9', decimal)
    .addOption(
      new Option('--loss-weighting <how>', 'how the losses of several tasks are summed').choices(
        Object.keys(weightings),
      ),
    )
    .option('--loss-weight <task=number>', 'with fixed: what a task counts; once a task', readWeights)
    .option('--epochs <number>', 'times that every row is learned from', whole)
    .option('--batch-size <number>', 'rows a step', whole)
    .option('--head-learning-rate <number>', 'highest rate of the heads', decimal)
    .option('--encoder-learning-rate <number>', 'highest rate of the encoder', decimal)
    .option('--weight-decay <number>', 'decoupled weight decay', decimal)
    .option('--warmup-ratio <share>', 'share of the steps in which rates rise', decimal)
    .option('--dropout <share>', 'share left out at random in a step', decimal)
    .option('--max-grad-norm <number>', 'gradients are clipped to it', decimal)
    .option('--hidden-units <number>', 'width of a hidden layer in new heads; 0: none', whole)
    .option('--patience <number>', 'epochs without a better one before it stops', whole)
    .option('--max-tokens <number>', 'tokens of a text that an encoder learns from', whole);

/** `backbone`, `layers:N` or `none`, as the API says it. @throws InvalidArgumentError */
function readFreeze(text: string): TrainingOptions['freeze'] {
  const layers = text.match(/^layers:(\d+)$/)?.[1];
  if (layers !== undefined) return { backbone: 'PARTIAL', frozenLayers: Number(layers) };
  if (text === 'backbone') return { backbone: 'FULL' };
  if (text === 'none') return { backbone: 'NONE' };
  throw new InvalidArgumentError('Give backbone, layers:N (such as layers:4) or none.');
}

/** The options as the API has them. */
export const trainInput = (dataset: string, options: TrainingOptions): TrainInput => ({
  dataset,
  model: options.model,
  freeze: { ...options.freeze, heads: options.freezeHead },
  tasks: options.task,
  baseVersion: options.base,
  remove: options.remove,
  rename: options.rename,
  promote: policies[options.promote],
  seed: options.seed,
  validationSplit: options.validationSplit,
  lossWeighting: options.lossWeighting && weightings[options.lossWeighting],
  lossWeights: options.lossWeight,
  hyperparameters: {
    epochs: options.epochs,
    batchSize: options.batchSize,
    headLearningRate: options.headLearningRate,
    encoderLearningRate: options.encoderLearningRate,
    weightDecay: options.weightDecay,
    warmupRatio: options.warmupRatio,
    dropout: options.dropout,
    maxGradNorm: options.maxGradNorm,
    hiddenUnits: options.hiddenUnits,
    patience: options.patience,
    maxTokens: options.maxTokens,
  },
});

/** Gathers `task=number`. @throws InvalidArgumentError */
function readWeights(text: string, before: TrainingOptions['lossWeight'] = []): TrainingOptions['lossWeight'] {
  const [, task, weight] = text.match(/^(.+)=([^=]+)$/) ?? [];
  if (task === undefined) throw new InvalidArgumentError('Give task=number.');
  return [...before, { task, weight: decimal(weight) }];
}

/** Gathers `task` or `task=label`. @throws InvalidArgumentError */
function readRemovals(text: string, before: TrainingOptions['remove'] = []): TrainingOptions['remove'] {
  const [, task, label] = text.match(/^([^=]+)(?:=(.+))?$/) ?? [];
  if (task === undefined) throw new InvalidArgumentError('Give task or task=label.');
  return [...before, { task, label }];
}

/** Gathers `task:name` or `task=label:name`; the name is what stands behind the last colon. @throws InvalidArgumentError */
function readRenamings(text: string, before: TrainingOptions['rename'] = []): TrainingOptions['rename'] {
  const [, task, label, to] = text.match(/^([^=]+?)(?:=(.+))?:([^:]+)$/) ?? [];
  if (task === undefined) throw new InvalidArgumentError('Give task:name or task=label:name.');
  return [...before, { task, label, to }];
}
