import { Field, Float, InputType, Int, registerEnumType } from 'type-graphql';
import type { GivenTraining } from '../../jobs/order.js';
import { DEFAULT_MODEL } from '../../registry/registry.js';
import { defaultHyperparameters as defaults } from '../../training/hyperparameters.js';
import { ExampleInput } from '../datasets.js';
import { BackboneFreeze } from '../models.js';

enum LossWeighting {
  EQUAL = 'EQUAL',
  FIXED = 'FIXED',
}
registerEnumType(LossWeighting, {
  name: 'LossWeighting',
  description: 'How the losses of several tasks are summed.',
  valuesConfig: {
    EQUAL: { description: 'All count the same.' },
    FIXED: { description: 'Each counts what `lossWeights` says.' },
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
      description: 'It does where none is served yet, or where no task does worse on the same validation rows.',
    },
    NEVER: { description: 'It waits to be promoted.' },
  },
});

@InputType({ description: 'What keeps its weights.' })
class FreezeInput {
  @Field(() => BackboneFreeze, { description: 'FULL: the encoder is fixed.' })
  backbone: BackboneFreeze = BackboneFreeze.FULL;

  @Field(() => Int, { nullable: true, description: 'With PARTIAL: how many layers are fixed, from the bottom.' })
  frozenLayers?: number;

  @Field(() => [String], {
    description: 'Heads that keep their weights. All heads and FULL together: nothing learns, the job only evaluates.',
  })
  heads: string[] = [];
}

@InputType({ description: 'What shapes the learning; the defaults are good untouched.' })
class HyperparametersInput {
  @Field(() => Int, {
    nullable: true,
    description: `Times that every row is learned from; ${defaults.epochs} when absent.`,
  })
  epochs?: number;

  @Field(() => Int, { nullable: true, description: 'Rows a step; 8 to 256, by the number of rows, when absent.' })
  batchSize?: number;

  @Field(() => Float, {
    nullable: true,
    description: 'Highest learning rate of the heads; 0.05 times the square root of batchSize / 256 when absent.',
  })
  headLearningRate?: number;

  @Field(() => Float, { nullable: true, description: `Decoupled weight decay; ${defaults.weightDecay} when absent.` })
  weightDecay?: number;

  @Field(() => Float, {
    nullable: true,
    description: `Share of the steps in which the rate rises from 0; ${defaults.warmupRatio} when absent.`,
  })
  warmupRatio?: number;

  @Field(() => Float, {
    nullable: true,
    description: `Share of the head's inputs left out at random in a step; ${defaults.dropout} when absent.`,
  })
  dropout?: number;

  @Field(() => Float, {
    nullable: true,
    description: `Gradients are clipped to this norm; 0: never; ${defaults.maxGradNorm} when absent.`,
  })
  maxGradNorm?: number;

  @Field(() => Int, {
    nullable: true,
    description: `Width of the hidden layer of new heads; 0: linear heads; ${defaults.hiddenUnits} when absent.`,
  })
  hiddenUnits?: number;

  @Field(() => Int, {
    nullable: true,
    description: `Stop after this many epochs without a better validation score; ${defaults.patience} when absent.`,
  })
  patience?: number;
}

@InputType({ description: 'What the loss of a task counts.' })
class TaskWeightInput {
  @Field(() => String, { description: 'The task.' })
  task!: string;

  @Field(() => Float, { description: 'Above 0.' })
  weight!: number;
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

  @Field(() => Int, { description: 'The same seed, rows and settings give the same weights.' })
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
