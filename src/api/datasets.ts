import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  InputType,
  Int,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
  registerEnumType,
} from 'type-graphql';
import { checkExamples } from '../datasets/check.js';
import { labelsOf, type SplitName } from '../datasets/example.js';
import { badInput } from '../errors.js';
import { refuseWhereNeeded } from '../jobs/needs.js';
import { checkName } from '../names.js';
import type { Context } from './context.js';
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

export enum Split {
  TRAINING = 'TRAINING',
  VALIDATION = 'VALIDATION',
  TEST = 'TEST',
}
registerEnumType(Split, {
  name: 'Split',
  description: 'What a row is for.',
  valuesConfig: {
    TRAINING: { description: 'To learn from.' },
    VALIDATION: { description: 'To choose the best epoch, temperature and thresholds by; never learned from.' },
    TEST: { description: 'Only to measure.' },
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

@ObjectType({ description: "A row's labels of one task." })
class TaskLabel {
  @Field(() => String, { description: 'The task.' })
  task!: string;

  @Field(() => [String], { description: 'The right labels.' })
  labels!: readonly string[];
}

@ObjectType({ description: 'A row of a data set.' })
class Example {
  @Field(() => Int, { description: 'Its place in the data set, from 0.' })
  row!: number;

  @Field(() => String, { description: 'The text.' })
  text!: string;

  @Field(() => [TaskLabel], { description: 'Its labels, one entry a task it is labelled for.' })
  labels!: TaskLabel[];

  @Field(() => Split, { nullable: true, description: 'What the row is for, where that was said.' })
  split?: SplitName;
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
  @Query(() => [Dataset], { description: 'All data sets, by name.' })
  async datasets(@Ctx() { datasets }: Context): Promise<Dataset[]> {
    const found = await Promise.all((await datasets.names()).map((name) => datasets.find(name)));
    return found.filter((dataset) => dataset !== undefined);
  }

  @Query(() => Dataset, { nullable: true, description: 'A data set by name; null where there is none.' })
  async dataset(
    @Arg('name', () => String, { description: 'The name.' }) name: string,
    @Ctx() { datasets }: Context,
  ): Promise<Dataset | undefined> {
    return datasets.find(checkName('name', name));
  }

  @Mutation(() => Dataset, { description: 'Store rows under a name. What the name meant before is replaced.' })
  async createDataset(
    @Arg('name', () => String, { description: 'The name.' }) name: string,
    @Arg('examples', () => [ExampleInput], { description: 'The rows.' }) examples: ExampleInput[],
    @Ctx() { datasets, tokenLimit }: Context,
  ): Promise<Dataset> {
    return datasets.create(checkName('name', name), checkExamples('examples', examples), tokenLimit);
  }

  @Mutation(() => Boolean, {
    description: 'Forget a data set; false where there was none. Versions trained on it keep what they know.',
  })
  async deleteDataset(
    @Arg('name', () => String, { description: 'The name.' }) name: string,
    @Ctx() { datasets, records }: Context,
  ): Promise<boolean> {
    await refuseWhereNeeded(records, { dataset: checkName('name', name) });
    return datasets.delete(name);
  }

  @FieldResolver(() => [Example], { description: 'Some rows, in the order they came in.' })
  async preview(
    @Root() { digest }: Dataset,
    @Arg('first', () => Int, { description: 'How many rows, 1 to 1000.', defaultValue: 10 }) first: number,
    @Arg('task', () => String, { nullable: true, description: 'Only rows that are labelled for this task.' }) task:
      | string
      | undefined,
    @Arg('label', () => String, { nullable: true, description: 'Only rows that have this label, of `task` or of any.' })
    label: string | undefined,
    @Arg('after', () => Int, { nullable: true, description: 'Only rows that come after this one, by its `row`.' })
    after: number | undefined,
    @Arg('unlabelled', () => Boolean, {
      description: 'Only rows that say nothing of `task`, or nothing at all.',
      defaultValue: false,
    })
    unlabelled: boolean,
    @Ctx() { datasets }: Context,
  ): Promise<Example[]> {
    if (first < 1 || first > 1000) throw badInput('first', `first is ${first}: give 1 to 1000.`);
    const rows: Example[] = [];
    let place = -1;
    for await (const row of datasets.stream(digest)) {
      place += 1;
      if (after != null && place <= after) continue;
      const labels = Object.keys(row.labels).map((task) => ({ task, labels: labelsOf(row, task) ?? [] }));
      const asked = labels.filter((each) => task == null || each.task === task);
      if (unlabelled ? asked.length > 0 : task != null && asked.length === 0) continue;
      if (label != null && !asked.some(({ labels }) => labels.includes(label))) continue;
      rows.push({ row: place, text: row.text, labels, split: row.split });
      if (rows.length === first) break;
    }
    return rows;
  }
}
