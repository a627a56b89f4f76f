import { Args, ArgsType, Ctx, Field, Int, Query, Resolver } from 'type-graphql';
import { normalized } from '../encoder/projection.js';
import { badInput } from '../errors.js';
import { DEFAULT_MODEL } from '../registry/registry.js';
import { turns } from '../turns.js';
import { askedVersion } from './asked-version.js';
import type { Context } from './context.js';
import { checkTexts } from './texts.js';
import { Vector } from './vector.js';

const MOST_PAIRS = 1_000_000;

@ArgsType()
class SimilarityArgs {
  @Field(() => [String], { description: 'The texts of the rows, at most 4096.' })
  a!: string[];

  @Field(() => [String], { description: 'The texts of the columns, at most 4096; a million pairs in all.' })
  b!: string[];

  @Field(() => String, { description: "Which model's encoder." })
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

@Resolver()
export class SimilarityResolver {
  @Query(() => [Vector], {
    description: 'Cosine similarity of every text of `a` with every text of `b`: rows follow `a`.',
  })
  async similarity(
    @Args(() => SimilarityArgs) asked: SimilarityArgs,
    @Ctx() { encoders, served, signal, usage }: Context,
  ): Promise<Float32Array[]> {
    const [a, b] = [checkTexts(asked.a, 'a'), checkTexts(asked.b, 'b')];
    if (a.length * b.length > MOST_PAIRS)
      throw badInput('b', `a and b have ${a.length} and ${b.length} texts: give at most ${MOST_PAIRS} pairs.`);
    const reference = await served.encoderOf(asked.model, askedVersion(asked));
    const encoded = await encoders.use(reference, (encoder) => encoder.encode([...a, ...b], { signal, usage }));
    const vectors = encoded.map(({ vector }) => normalized(vector));
    const columns = vectors.slice(a.length);
    const rows: Float32Array[] = [];
    const turn = turns();
    for (const row of vectors.slice(0, a.length)) {
      rows.push(Float32Array.from(columns, (column) => dot(row, column)));
      await turn();
    }
    return rows;
  }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return Math.max(-1, Math.min(1, sum));
}
