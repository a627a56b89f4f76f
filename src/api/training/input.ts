import { Field, Float, InputType, Int, registerEnumType } from 'type-graphql';
import type { GivenTraining } from '../../jobs/order.js';
import { DEFAULT_MODEL } from '../../registry/registry.js';
import { encoderDefaults, headDefaults } from '../../training/hyperparameters.js';
import { ExampleInput } from '../datasets.js';
import { BackboneFreeze } from '../models/version.js';

enum LossWeighting {
  EQUAL = 'EQUAL',
  FIXED = 'FIXED',
  UNCERTAINTY = 'UNCERTAINTY',
}
registerEnumType(LossWeighting, {
  name: 'LossWeighting',
  description: 'How the losses of several tasks are summed.',
  valuesConfig: {
    EQUAL: { description: 'All count the same.' },
    FIXED: { description: 'Each counts what `lossWeights` says.' },
    UNCERTAINTY: {
      description:
        'What each counts is learned: less, the more of its loss cannot be got rid of (Kendall et al. 2018).',
    },
  },
});

enum PromotionPolicy {
  ALWAYS = 'ALWAYS',
  IF_BETTER = 'IF_BETTER',
  NEVER = 'NEVER',
}
registerEnumType(PromotionPolicy, {
  name: 'PromotionPolicy',
  description: 'Whether a new version takes over `production`.',
  valuesConfig: {
    ALWAYS: { description: 'It does.' },
    IF_BETTER: {
      description:
        'It does where none is served yet, or where no task is worse beyond chance (95 % interval) and one is better, new, or was renamed or removed as asked: on the TEST rows where the data set has some, else on the validation rows, that neither version learned from. It does not where it is without a task or label that is served and that nobody removed.',
    },
    NEVER: { description: 'It waits to be promoted.' },
  },
});

@InputType({ description: 'What keeps its weights.' })
class FreezeInput {
  @Field(() => BackboneFreeze, { description: 'How much of the encoder.' })
  backbone: BackboneFreeze = BackboneFreeze.FULL;

  @Field(() => Int, {
    nullable: true,
    description: 'With PARTIAL: how many layers are fixed, from the bottom; 0: only the embeddings.',
  })
  frozenLayers?: number;

  @Field(() => [String], {
    description:
      'Heads that keep their weights; an encoder that learns is taught through them all the same. All heads and FULL together: nothing learns, the job only evaluates, and makes a version where something is removed or renamed.',
  })
  heads: string[] = [];
}

/** The default where only heads learn, and where the encoder does too. */
const either = (heads: string | number, encoder: string | number): string =>
  heads === encoder ? `${heads} when absent.` : `${heads} when absent, ${encoder} where the encoder learns.`;
const defaults = (
  name: 'weightDecay' | 'warmupRatio' | 'dropout' | 'maxGradNorm' | 'hiddenUnits' | 'patience',
): string => either(headDefaults[name], encoderDefaults[name]);

@InputType({ description: 'What shapes the learning; the defaults are good untouched.' })
class HyperparametersInput {
  @Field(() => Int, {
    nullable: true,
    description: `Times that every row is learned from; ${either(headDefaults.epochs, '3 to 10, by the number of rows,')}`,
  })
  epochs?: number;

  @Field(() => Int, {
    nullable: true,
    description: `Rows a step; ${either('8 to 256, by the number of rows,', '8 to 32')}`,
  })
  batchSize?: number;

  @Field(() => Float, {
    nullable: true,
    description: `Highest learning rate of the heads; ${either('0.05 times the square root of batchSize / 256', encoderDefaults.headLearningRate)}`,
  })
  headLearningRate?: number;

  @Field(() => Float, {
    nullable: true,
    description: `With PARTIAL and NONE: highest learning rate of the encoder; ${encoderDefaults.learningRate} when absent.`,
  })
  encoderLearningRate?: number;

  @Field(() => Float, { nullable: true, description: `Decoupled weight decay; ${defaults('weightDecay')}` })
  weightDecay?: number;

  @Field(() => Float, {
    nullable: true,
    description: `Share of the steps in which the rates rise from 0; ${defaults('warmupRatio')}`,
  })
  warmupRatio?: number;

  @Field(() => Float, {
    nullable: true,
    description: `Share of the head's inputs, and of the activations of an encoder that learns, left out at random in a step; ${defaults('dropout')}`,
  })
  dropout?: number;

  @Field(() => Float, {
    nullable: true,
    description: `Gradients are clipped to this norm; 0: never; ${defaults('maxGradNorm')}`,
  })
  maxGradNorm?: number;

  @Field(() => Int, {
    nullable: true,
    description: `Width of the hidden layer of new heads; 0: linear heads; ${defaults('hiddenUnits')}`,
  })
  hiddenUnits?: number;

  @Field(() => Int, {
    nullable: true,
    description: `Stop after this many epochs without a better validation score; ${defaults('patience')}`,
  })
  patience?: number;

  @Field(() => Int, {
    nullable: true,
    description:
      'With PARTIAL and NONE: tokens of a text that are learned from; as many as the encoder reads when absent.',
  })
  maxTokens?: number;
}

@InputType({ description: 'What the loss of a task counts.' })
class TaskWeightInput {
  @Field(() => String, { description: 'The task.' })
  task!: string;

  @Field(() => Float, { description: 'Above 0.' })
  weight!: number;
}

@InputType({ description: 'A label of the version gone on from, or a whole task.' })
class RemovalInput {
  @Field(() => String, { description: 'The task.' })
  task!: string;

  @Field(() => String, { nullable: true, description: 'The label; the whole task when absent.' })
  label?: string;
}

@InputType({ description: 'Another name for a label of the version gone on from, or for a whole task.' })
class RenamingInput extends RemovalInput {
  @Field(() => String, { description: 'Its name from now on.' })
  to!: string;
}

@InputType({ description: 'A training: rows, what learns, and how.' })
export class TrainInput {
  @Field(() => String, { description: 'The model that gets the new version.' })
  model: string = DEFAULT_MODEL;

  @Field(() => String, {
    nullable: true,
    description: 'A stored dataset, or rows given right here: exactly one of the two.',
  })
  dataset?: string;

  @Field(() => [ExampleInput], { nullable: true, description: 'The rows, where they are not a stored dataset.' })
  examples?: ExampleInput[];

  @Field(() => [String], { nullable: true, description: 'Only these tasks of the dataset; all of them when absent.' })
  tasks?: string[];

  @Field(() => Int, {
    nullable: true,
    description:
      "Start from this version's weights; from `production` when absent; from the pretrained encoder and fresh heads when the model is new.",
  })
  baseVersion?: number;

  @Field(() => [RemovalInput], {
    nullable: true,
    description: 'Labels and tasks of the version gone on from that the new one is without. What is not named stays.',
  })
  remove?: RemovalInput[];

  @Field(() => [RenamingInput], {
    nullable: true,
    description:
      'Labels and tasks of the version gone on from that get another name and keep their weights. The rows, and all else in this input, have the new names.',
  })
  rename?: RenamingInput[];

  @Field(() => FreezeInput, { nullable: true, description: 'What keeps its weights; the encoder, when absent.' })
  freeze?: FreezeInput;

  @Field(() => HyperparametersInput, { nullable: true, description: 'What shapes the learning.' })
  hyperparameters?: HyperparametersInput;

  @Field(() => LossWeighting, { description: 'How the losses of several tasks are summed.' })
  lossWeighting: LossWeighting = LossWeighting.EQUAL;

  @Field(() => [TaskWeightInput], { nullable: true, description: 'With FIXED: one weight a task.' })
  lossWeights?: TaskWeightInput[];

  @Field(() => Float, { description: 'Share of the rows that only measure, 0 to 0.9.' })
  validationSplit: number = 0.1;

  @Field(() => Int, {
    description:
      'The same seed, rows, settings and base version give the same weights. Rows are split with the seed of the first version of the line.',
  })
  seed: number = 42;

  @Field(() => PromotionPolicy, { description: 'Whether the new version takes over `production`.' })
  promote: PromotionPolicy = PromotionPolicy.IF_BETTER;
}

/** The input without GraphQL's two ways of leaving something out. */
export const givenTraining = (input: TrainInput): GivenTraining => ({
  model: input.model,
  dataset: input.dataset ?? undefined,
  examples: input.examples ?? undefined,
  tasks: input.tasks ?? undefined,
  baseVersion: input.baseVersion ?? undefined,
  reshape: {
    remove: (input.remove ?? []).map(({ task, label }) => ({ task, label: label ?? undefined })),
    rename: (input.rename ?? []).map(({ task, label, to }) => ({ task, label: label ?? undefined, to })),
  },
  freeze: {
    backbone: input.freeze?.backbone ?? BackboneFreeze.FULL,
    frozenLayers: input.freeze?.frozenLayers ?? undefined,
    heads: input.freeze?.heads ?? [],
  },
  hyperparameters: input.hyperparameters ?? {},
  lossWeighting: input.lossWeighting,
  lossWeights: input.lossWeights ?? undefined,
  validationSplit: input.validationSplit,
  seed: input.seed,
  promote: input.promote,
});
