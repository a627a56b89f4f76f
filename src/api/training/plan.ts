import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { PlannedTraining } from '../../jobs/order.js';
import { Hyperparameters, hyperparametersView } from './hyperparameters.js';

enum HeadRole {
  LEARNS = 'LEARNS',
  FROZEN = 'FROZEN',
  UNTOUCHED = 'UNTOUCHED',
}
registerEnumType(HeadRole, {
  name: 'HeadRole',
  description: 'What becomes of a head in a training.',
  valuesConfig: {
    LEARNS: { description: 'It learns.' },
    FROZEN: { description: 'It keeps its weights and is measured; an encoder that learns is taught through it.' },
    UNTOUCHED: { description: 'The rows say nothing about its task: it stays as it is.' },
  },
});

@ObjectType({ description: 'A head of the version that a training would make.' })
class PlannedHead {
  @Field(() => String, { description: 'Its task.' })
  task!: string;

  @Field(() => HeadRole, { description: 'What becomes of it.' })
  role!: HeadRole;

  @Field(() => [String], { description: 'The labels it would have.' })
  labels!: readonly string[];

  @Field(() => Boolean, { description: 'Whether the version gone on from has no head for its task.' })
  isNew!: boolean;
}

@ObjectType({ description: 'What a training would do.' })
export class TrainingPlan {
  @Field(() => Int, { description: 'Rows it would have.' })
  rows!: number;

  @Field(() => Int, { nullable: true, description: 'The version it would go on from; null where it starts anew.' })
  baseVersion?: number;

  @Field(() => Int, { description: 'Layers of the encoder; `frozenLayers` is below it.' })
  encoderLayers!: number;

  @Field(() => [PlannedHead], { description: 'The heads of the version it would make.' })
  heads!: readonly PlannedHead[];

  @Field(() => Hyperparameters, { description: 'What would shape the learning.' })
  hyperparameters!: Hyperparameters;

  @Field(() => Int, { description: 'Numbers that would learn.' })
  trainableParameters!: number;

  @Field(() => Int, { description: 'Numbers that would be fixed, the encoder among them.' })
  frozenParameters!: number;

  @Field(() => [String], { description: 'What is asked for, is allowed, and likely not meant.' })
  warnings!: readonly string[];
}

const roles = { learns: HeadRole.LEARNS, frozen: HeadRole.FROZEN, untouched: HeadRole.UNTOUCHED } as const;

/** A planned training as the API shows it. */
export const planView = ({ order, rows, heads, layers }: PlannedTraining): TrainingPlan => ({
  rows,
  baseVersion: order.base,
  encoderLayers: layers,
  heads: heads.map(({ role, head, base }) => ({
    task: head.task,
    role: roles[role],
    labels: head.labels,
    isNew: base === undefined,
  })),
  hyperparameters: hyperparametersView(order.hyperparameters),
  trainableParameters: order.trainableParameters,
  frozenParameters: order.frozenParameters,
  warnings: order.warnings ?? [],
});
