import { Field, Float, Int, ObjectType } from 'type-graphql';

@ObjectType({ description: 'How much better one version is than another, and how sure that is.' })
class Difference {
  @Field(() => Float, { nullable: true, description: 'Of the version that is compared with.' })
  a?: number;

  @Field(() => Float, { nullable: true, description: 'Of the other.' })
  b?: number;

  @Field(() => Float, { description: 'b minus a on these rows: above 0 where b is better.' })
  value!: number;

  @Field(() => Float, { description: 'Lower end of the 95 % interval (paired bootstrap).' })
  low!: number;

  @Field(() => Float, { description: 'Upper end of the 95 % interval.' })
  high!: number;
}

@ObjectType({ description: 'How two versions differ in one task, on the same rows.' })
export class TaskDifference {
  @Field(() => String, { description: 'The task.' })
  task!: string;

  @Field(() => Int, { description: 'Rows both were measured on.' })
  rows!: number;

  @Field(() => Difference, { description: 'Of the share of rows whose labels are all right.' })
  accuracy!: Difference;

  @Field(() => Difference, { description: 'Of the mean F1 over the labels.' })
  macroF1!: Difference;
}

@ObjectType({ description: 'Whether a version took over `production` when it was made, and why.' })
export class Promotion {
  @Field(() => Boolean, { description: 'Whether it did.' })
  promoted!: boolean;

  @Field(() => String, { description: 'Why.' })
  reason!: string;

  @Field(() => Int, { nullable: true, description: 'The version that was served then, where the two were compared.' })
  comparedWith?: number;

  @Field(() => [TaskDifference], { nullable: true, description: 'How it did beside that one, a task.' })
  differences?: readonly TaskDifference[];
}
