import type { GraphQLResolveInfo } from 'graphql';
import { Args, ArgsType, Ctx, Field, Float, Info, Int, ObjectType, Query, Resolver } from 'type-graphql';
import { checkText } from '../datasets/check.js';
import { DEFAULT_MODEL } from '../registry/registry.js';
import { chooseHeads } from '../serving/classify.js';
import { checkNumber } from '../training/hyperparameters.js';
import { askedVersion } from './asked-version.js';
import type { Context } from './context.js';
import { countingRows } from './read-rows.js';

const MOST_EXAMPLES = 100;

@ArgsType()
class ExplainArgs {
  @Field(() => String, { description: 'The text.' })
  text!: string;

  @Field(() => String, { description: 'The task.' })
  task!: string;

  @Field(() => String, { description: 'The model.' })
  model: string = DEFAULT_MODEL;

  @Field(() => Int, {
    nullable: true,
    description: 'A version number; the version that `alias` points to when absent.',
  })
  version?: number;

  @Field(() => String, {
    nullable: true,
    description: 'An alias instead of a version number; `production` when both are absent.',
  })
  alias?: string;

  @Field(() => Int, { description: `How many, 1 to ${MOST_EXAMPLES}.` })
  first: number = 10;
}

@ObjectType({ description: 'A row that a head learned from.' })
class NearestExample {
  @Field(() => Int, {
    description: 'The version in which the head learned from it: the one asked, or one that it goes on from.',
  })
  version!: number;

  @Field(() => Int, { description: 'Its place in the data set of that version, from 0.' })
  row!: number;

  @Field(() => String, { description: 'Its text.' })
  text!: string;

  @Field(() => [String], { description: 'Its labels of the task, under their present names.' })
  labels!: readonly string[];

  @Field(() => Float, { description: 'Cosine similarity to the text, -1 to 1.' })
  similarity!: number;
}

@Resolver()
export class ExplanationResolver {
  @Query(() => [NearestExample], {
    description:
      "The rows most like a text among those that a version's head of a task learned from: so that a person sees why.",
  })
  async explain(
    @Args(() => ExplainArgs) asked: ExplainArgs,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<NearestExample[]> {
    const { served, explanations, spendTexts, signal, usage } = context;
    const { text, task, model } = asked;
    checkText('text', text);
    const first = checkNumber('first', asked.first, { whole: true, least: 1, most: MOST_EXAMPLES });
    const { version, heads } = await served.of(model, askedVersion(asked));
    chooseHeads(heads, [task], () => 'task');
    const countRows = countingRows(context, info);
    return explanations.nearest(version, task, text, first, { spendTexts, countRows, signal, usage });
  }
}
