import type { GraphQLResolveInfo } from 'graphql';
import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  FieldResolver,
  Info,
  Int,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { badInput } from '../../errors.js';
import { DEFAULT_MODEL } from '../../registry/registry.js';
import { checkEncoder } from '../../registry/version.js';
import type { Disagreement as FoundDisagreement } from '../../serving/comparisons.js';
import type { Context } from '../context.js';
import { Split } from '../examples.js';
import { countingRows } from '../read-rows.js';
import { TaskDifference } from './promotion.js';

const MOST_DISAGREEMENTS = 1000;

@ArgsType()
class ComparisonArgs {
  @Field(() => String, { description: 'The model.' })
  model: string = DEFAULT_MODEL;

  @Field(() => Int, { description: 'The version to compare with.' })
  a!: number;

  @Field(() => Int, { description: 'The version that is compared.' })
  b!: number;

  @Field(() => String, { description: 'The data set.' })
  dataset!: string;

  @Field(() => Split, { nullable: true, description: 'Only rows that say they belong there; all when absent.' })
  split?: Split;

  @Field(() => Boolean, {
    description: 'Whether rows count that one of the two learned from: on these it would do better than it can.',
  })
  learnedRows: boolean = false;
}

@ObjectType({ description: 'A row that two versions answer differently.' })
class Disagreement {
  @Field(() => Int, { description: 'Its place in the data set, from 0.' })
  row!: number;

  @Field(() => String, { description: 'Its text.' })
  text!: string;

  @Field(() => [String], { description: 'Its labels.' })
  labels!: readonly string[];

  @Field(() => [String], { description: 'What version a says.' })
  a!: readonly string[];

  @Field(() => [String], { description: 'What version b says.' })
  b!: readonly string[];
}

@ObjectType({ description: 'How two versions do at one task.' })
class TaskComparison extends TaskDifference {
  found!: readonly FoundDisagreement[];

  @Field(() => Int, { description: 'Rows that the two answer differently.' })
  disagreementCount!: number;
}

@ObjectType({ description: 'How two versions of a model do on the same rows.' })
class VersionComparison {
  @Field(() => Int, { description: 'Rows that they were compared on.' })
  rows!: number;

  @Field(() => Int, { description: 'Rows that were left out, as one of the two learned from them.' })
  learnedRows!: number;

  @Field(() => [TaskComparison], {
    description: 'One entry a task that both have a head for and the rows have labels of.',
  })
  tasks!: readonly TaskComparison[];
}

@Resolver(() => TaskComparison)
export class ComparisonResolver {
  @Query(() => VersionComparison, {
    description:
      'How two versions of a model do on the same rows: per task the difference, how sure it is, and the rows where they disagree. Tasks and labels have the names that the later of the two gives them.',
  })
  async compareVersions(
    @Args(() => ComparisonArgs) { model, a, b, dataset, split, learnedRows }: ComparisonArgs,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<VersionComparison> {
    const { registry, comparisons, encoders, spendTexts, signal, usage } = context;
    const version = async (number: number, field: string) => {
      const found = await registry.version(model, number, field);
      checkEncoder(found, encoders.pretrained.id, field);
      return found;
    };
    const both = [await version(a, 'a'), await version(b, 'b')] as const;
    const rows = { dataset, split: split ?? undefined, learnedRows };
    const countRows = countingRows(context, info);
    const compared = await comparisons.compare(...both, rows, { spendTexts, countRows, signal, usage });
    return {
      ...compared,
      tasks: compared.tasks.map(({ disagreements: found, ...task }) => ({
        ...task,
        found,
        disagreementCount: found.length,
      })),
    };
  }

  @FieldResolver(() => [Disagreement], { description: 'The first of them, in the order of the data set.' })
  disagreements(
    @Root() { found }: TaskComparison,
    @Arg('first', () => Int, { description: `How many, 0 to ${MOST_DISAGREEMENTS}.`, defaultValue: 20 }) first: number,
  ): readonly Disagreement[] {
    if (first < 0 || first > MOST_DISAGREEMENTS)
      throw badInput('first', `first is ${first}: give 0 to ${MOST_DISAGREEMENTS}.`);
    return found.slice(0, first);
  }
}
