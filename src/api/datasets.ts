import type { GraphQLResolveInfo } from 'graphql';
import {
  Arg,
  Args,
  Ctx,
  Field,
  FieldResolver,
  Info,
  InputType,
  Int,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
  registerEnumType,
} from 'type-graphql';
import { checkExamples, MOST_ROWS } from '../datasets/check.js';
import type { SplitName } from '../datasets/example.js';
import { MOST_LABELS, MOST_TASKS } from '../datasets/task-limits.js';
import { unlessDamaged } from '../errors.js';
import { refuseWhereNeeded } from '../jobs/needs.js';
import { checkName } from '../names.js';
import type { Context } from './context.js';
import { Example, PreviewArgs, previewOf, Split } from './examples.js';
import { countingRows } from './read-rows.js';
import { DateTime } from './scalars.js';

export enum TaskKind {
  SINGLE_LABEL = 'SINGLE_LABEL',
  MULTI_LABEL = 'MULTI_LABEL',
}
registerEnumType(TaskKind, {
  name: 'TaskKind',
  description: 'How many labels of a task can be right.',
  valuesConfig: {
    SINGLE_LABEL: { description: 'Exactly one.' },
    MULTI_LABEL: { description: 'Any number, none included.' },
  },
});

@InputType({ description: "A row's labels of one task: exactly one of `label` and `labels`." })
export class TaskLabelInput {
  @Field(() => String, { description: 'The task.' })
  task!: string;

  @Field(() => String, { nullable: true, description: 'The right label of a SINGLE_LABEL task.' })
  label?: string;

  @Field(() => [String], { nullable: true, description: 'The right labels of a MULTI_LABEL task; may be empty.' })
  labels?: string[];
}

@InputType({ description: 'A row: a text and its labels.' })
export class ExampleInput {
  @Field(() => String, { description: 'The text.' })
  text!: string;

  @Field(() => [TaskLabelInput], { description: 'Rows may be labelled for some tasks only.' })
  labels!: TaskLabelInput[];

  @Field(() => Split, { nullable: true, description: 'What the row is for; drawn where it is not said.' })
  split?: SplitName;
}

@ObjectType({ description: 'How many rows have a label.' })
class LabelCount {
  @Field(() => String, { description: 'The label.' })
  label!: string;

  @Field(() => Int, { description: 'Rows that have it.' })
  rows!: number;
}

@ObjectType({ description: 'What a data set says of one task.' })
class DatasetTask {
  @Field(() => String, { description: 'The task.' })
  task!: string;

  @Field(() => TaskKind, { description: 'Whether one label is right or any number.' })
  kind!: 'SINGLE_LABEL' | 'MULTI_LABEL';

  @Field(() => [LabelCount], { description: 'Its labels, by name.' })
  labels!: readonly LabelCount[];

  @Field(() => Int, { description: 'Rows that say nothing about the task.' })
  unlabelledRows!: number;
}

@ObjectType({ description: 'How many rows were said to be for something.' })
class SplitRows {
  @Field(() => Split, { description: 'What for.' })
  split!: SplitName;

  @Field(() => Int, { description: 'How many.' })
  rows!: number;
}

@ObjectType({ description: 'Rows under a name.' })
export class Dataset {
  @Field(() => String, { description: 'The name.' })
  name!: string;

  @Field(() => Int, { description: 'How many rows it has.' })
  rows!: number;

  @Field(() => String, { description: 'sha256 of the rows: the same rows have the same digest.' })
  digest!: string;

  @Field(() => DateTime, { description: 'When it was stored.' })
  createdAt!: string;

  @Field(() => [DatasetTask], { description: 'The tasks its rows are labelled for.' })
  tasks!: readonly DatasetTask[];

  @Field(() => [SplitRows], { description: 'Rows that say what they are for; the others are drawn at training.' })
  splits!: readonly SplitRows[];

  @Field(() => [String], { description: 'What to look at before training on it.' })
  warnings!: readonly string[];
}

@Resolver(() => Dataset)
export class DatasetResolver {
  @Query(() => [Dataset], { description: 'All data sets, by name, but for those whose file is damaged.' })
  async datasets(@Ctx() { datasets }: Context): Promise<Dataset[]> {
    const found = await Promise.all((await datasets.names()).map((name) => unlessDamaged(datasets.find(name))));
    return found.filter((dataset) => dataset !== undefined);
  }

  @Query(() => Dataset, { nullable: true, description: 'A data set by name; null where there is none.' })
  async dataset(
    @Arg('name', () => String, { description: 'The name.' }) name: string,
    @Ctx() { datasets }: Context,
  ): Promise<Dataset | undefined> {
    return datasets.find(checkName('name', name));
  }

  @Mutation(() => Dataset, {
    description: `Store rows under a name. What the name meant before is replaced. At most ${MOST_ROWS} rows, ${MOST_TASKS} tasks, and ${MOST_LABELS} labels a task.`,
  })
  async createDataset(
    @Arg('name', () => String, { description: 'The name.' }) name: string,
    @Arg('examples', () => [ExampleInput], { description: 'The rows.' }) examples: ExampleInput[],
    @Ctx() { datasets, tokenLimit }: Context,
  ): Promise<Dataset> {
    return datasets.create(checkName('name', name), checkExamples('examples', examples), tokenLimit);
  }

  @Mutation(() => Boolean, {
    description:
      'Forget a data set; false where there was none. Versions trained on it keep what they know, and its rows; once nothing needs the rows any more, they are removed.',
  })
  async deleteDataset(
    @Arg('name', () => String, { description: 'The name.' }) name: string,
    @Ctx() { datasets, records }: Context,
  ): Promise<boolean> {
    await refuseWhereNeeded(records, { dataset: checkName('name', name) });
    return datasets.delete(name);
  }

  @FieldResolver(() => [Example], { description: 'Some rows, in the order they came in.' })
  preview(
    @Root() { digest }: Dataset,
    @Args(() => PreviewArgs) asked: PreviewArgs,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Example[]> {
    return previewOf(context.datasets.stream(digest), asked, countingRows(context, info));
  }
}
