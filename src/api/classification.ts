import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  FieldResolver,
  Float,
  Int,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { badInput } from '../errors.js';
import { DEFAULT_MODEL } from '../registry/registry.js';
import { chooseHeads, predict } from '../serving/classify.js';
import { inTurns } from '../turns.js';
import { askedVersion } from './asked-version.js';
import type { Context } from './context.js';
import { checkTexts } from './texts.js';

@ArgsType()
class ClassifyArgs {
  @Field(() => [String], { description: 'The texts, at most 4096.' })
  texts!: string[];

  @Field(() => [String], {
    nullable: true,
    description: 'Only these tasks, each once, in this order; every task of the model when absent.',
  })
  tasks?: string[];

  @Field(() => Boolean, {
    description:
      'Whether a SINGLE_LABEL head may give no label to a text that seems to belong to none of its labels; the scores are told all the same.',
  })
  allowAbstain: boolean = false;

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
}

@ObjectType({ description: 'A label and how likely it is.' })
class LabelScore {
  @Field(() => String, { description: 'The label.' })
  label!: string;

  @Field(() => Float, { description: '0 to 1.' })
  score!: number;
}

@ObjectType({ description: 'What one head says of a text.' })
class Prediction {
  @Field(() => String, { description: 'The task.' })
  task!: string;

  @Field(() => Boolean, { description: 'Whether the head gave no label, as `allowAbstain` lets it.' })
  abstained!: boolean;

  @Field(() => Float, {
    nullable: true,
    description:
      'SINGLE_LABEL: how little the text looks like those of its label, 0 to 1; null where the version was made before heads knew.',
  })
  outOfScopeScore?: number;

  @Field(() => String, { nullable: true, description: 'The best label (SINGLE_LABEL); null where the head abstained.' })
  label?: string;

  @Field(() => [String], {
    description:
      'Every label over its threshold (MULTI_LABEL); the best one otherwise, or none where the head abstained.',
  })
  labels!: readonly string[];

  @Field(() => Float, { description: 'The score of the best label, 0 to 1.' })
  confidence!: number;

  allScores!: readonly LabelScore[];
}

@ObjectType({ description: 'What every head says of a text.' })
class Classification {
  @Field(() => String, { description: 'The text.' })
  text!: string;

  @Field(() => String, { description: 'The model that answered.' })
  model!: string;

  @Field(() => Int, { description: 'The version that answered.' })
  version!: number;

  @Field(() => Boolean, { description: 'The text was longer than the encoder reads.' })
  truncated!: boolean;

  @Field(() => [Prediction], { description: 'One a task.' })
  predictions!: Prediction[];
}

@Resolver(() => Prediction)
export class ClassificationResolver {
  @Query(() => [Classification], {
    description:
      'Label texts with every head of a model (or the named ones): each text is encoded once, all heads read that one vector.',
  })
  async classify(
    @Args(() => ClassifyArgs) asked: ClassifyArgs,
    @Ctx() { encoders, served, signal, usage }: Context,
  ): Promise<Classification[]> {
    const { model } = asked;
    const texts = checkTexts(asked.texts);
    const { version, heads } = await served.of(model, askedVersion(asked));
    const chosen = chooseHeads(heads, asked.tasks ?? undefined);
    const encoded = await encoders.use(version.encoder, (encoder) => encoder.encode(texts, { signal, usage }));
    return inTurns(encoded, ({ vector, truncated }, index) => ({
      text: texts[index],
      model,
      version: version.number,
      truncated,
      predictions: chosen.map((head) => {
        const { scores, ...prediction } = predict(head, vector, asked.allowAbstain);
        return { ...prediction, allScores: scores };
      }),
    }));
  }

  @FieldResolver(() => [LabelScore], { description: 'The score of every label, best first.' })
  scores(
    @Root() { allScores }: Prediction,
    @Arg('top', () => Int, { nullable: true, description: 'Only so many.' }) top?: number | null,
  ): readonly LabelScore[] {
    if (top != null && top < 1) throw badInput('top', `top is ${top}: give 1 or more.`);
    return allScores.slice(0, top ?? undefined);
  }
}
