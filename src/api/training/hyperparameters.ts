import { Field, Float, Int, ObjectType } from 'type-graphql';
import type { Hyperparameters as StoredHyperparameters } from '../../training/hyperparameters.js';

@ObjectType({ description: 'What shapes the learning: what was asked for, and the defaults for the rest.' })
export class Hyperparameters {
  @Field(() => Int, { description: 'Times that every row is learned from.' })
  epochs!: number;

  @Field(() => Int, { description: 'Rows a step.' })
  batchSize!: number;

  @Field(() => Float, { description: 'Highest learning rate of the heads.' })
  headLearningRate!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'Highest learning rate of the encoder; null where that is fixed.',
  })
  encoderLearningRate?: number;

  @Field(() => Float, { description: 'Decoupled weight decay.' })
  weightDecay!: number;

  @Field(() => Float, { description: 'Share of the steps in which the rates rise from 0.' })
  warmupRatio!: number;

  @Field(() => Float, { description: 'Share of inputs and activations left out at random in a step.' })
  dropout!: number;

  @Field(() => Float, { description: 'Gradients are clipped to this norm; 0: never.' })
  maxGradNorm!: number;

  @Field(() => Int, { description: 'Width of the hidden layer of new heads; 0: linear heads.' })
  hiddenUnits!: number;

  @Field(() => Int, { description: 'Epochs without a better validation score after which it stops.' })
  patience!: number;

  @Field(() => Int, {
    nullable: true,
    description: 'Tokens of a text that are learned from; null where the encoder is fixed.',
  })
  maxTokens?: number;
}

export const hyperparametersView = ({ encoder, ...heads }: StoredHyperparameters): Hyperparameters => ({
  ...heads,
  encoderLearningRate: encoder?.learningRate,
  maxTokens: encoder?.maxTokens,
});
