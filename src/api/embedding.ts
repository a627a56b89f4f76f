import { Args, ArgsType, Ctx, Field, Int, ObjectType, Query, Resolver, registerEnumType } from 'type-graphql';
import { badInput } from '../errors.js';
import { DEFAULT_MODEL } from '../registry/registry.js';
import { type ProjectionKind, projector } from '../serving/projector.js';
import { inTurns } from '../turns.js';
import { askedVersion } from './asked-version.js';
import type { Context } from './context.js';
import { checkTexts } from './texts.js';
import { inBase64, Vector } from './vector.js';

enum Projection {
  PCA = 'PCA',
  RANDOM = 'RANDOM',
  TRUNCATE = 'TRUNCATE',
}
registerEnumType(Projection, {
  name: 'Projection',
  description: "How to get from the encoder's own number of dimensions to fewer.",
  valuesConfig: {
    PCA: {
      description:
        'Along the directions in which the vectors of real texts differ most; for an encoder that learned it must be fitted first.',
    },
    RANDOM: {
      description:
        'By a seeded Gaussian matrix, which keeps angles roughly as they are; works for any number of dimensions.',
    },
    TRUNCATE: { description: 'The first numbers of the vector.' },
  },
});

enum VectorEncoding {
  JSON = 'JSON',
  BASE64 = 'BASE64',
}
registerEnumType(VectorEncoding, {
  name: 'VectorEncoding',
  description: 'How vectors are written.',
  valuesConfig: {
    JSON: { description: 'As a JSON array of numbers.' },
    BASE64: {
      description: 'As a string: the base64 of little-endian float32, some 4 times shorter and much quicker to read.',
    },
  },
});

@ArgsType()
class EmbedArgs {
  @Field(() => [String], { description: 'The texts, at most 4096.' })
  texts!: string[];

  @Field(() => Int, {
    nullable: true,
    description: "Length of the returned vectors; the encoder's own (384) when absent.",
  })
  dimensions?: number;

  @Field(() => Projection, { description: "How to get from the encoder's own length to `dimensions`." })
  projection: ProjectionKind = 'PCA';

  @Field(() => Int, { description: 'Seed of a RANDOM projection: the same seed gives the same projection for ever.' })
  seed: number = 0;

  @Field(() => Int, {
    nullable: true,
    description:
      'With PCA: which projection of the encoder, so that vectors stay comparable when another is fitted; the newest when absent.',
  })
  projectionVersion?: number;

  @Field(() => Boolean, { description: 'Whether vectors are scaled to length 1.' })
  normalize: boolean = true;

  @Field(() => VectorEncoding, { description: 'How vectors are written.' })
  encoding: VectorEncoding = VectorEncoding.JSON;

  @Field(() => String, { description: "Which model's encoder: a fine-tuned model has its own." })
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

@ObjectType({ description: 'A text as a vector.' })
class Embedding {
  @Field(() => Vector, { description: 'The vector.' })
  vector!: Float32Array | string;

  @Field(() => Int, { description: 'Numbers in the vector.' })
  dimensions!: number;

  @Field(() => Int, { nullable: true, description: 'The PCA projection that made it; null where none did.' })
  projectionVersion?: number;

  @Field(() => Int, { description: 'Tokens that were read, the two that mark start and end among them.' })
  tokens!: number;

  @Field(() => Boolean, { description: 'The text was longer than the encoder reads.' })
  truncated!: boolean;
}

@Resolver()
export class EmbeddingResolver {
  @Query(() => [Embedding], { description: 'Encode texts into sentence embeddings, in input order.' })
  async embed(
    @Args(() => EmbedArgs) asked: EmbedArgs,
    @Ctx() { encoders, served, projections, signal, usage }: Context,
  ): Promise<Embedding[]> {
    const texts = checkTexts(asked.texts);
    const reference = await served.encoderOf(asked.model, askedVersion(asked));
    const { project, version } = await projector(asked, reference ?? encoders.pretrained, projections);
    const numbers = texts.length * (asked.dimensions ?? (reference ?? encoders.pretrained).dimensions);
    if (numbers > MOST_NUMBERS)
      throw badInput(
        'dimensions',
        `dimensions is ${asked.dimensions} and texts has ${texts.length} entries: give at most ${MOST_NUMBERS} numbers in all.`,
      );
    const encoded = await encoders.use(reference, (encoder) => encoder.encode(texts, { signal, usage }));
    const written = asked.encoding === VectorEncoding.BASE64 ? inBase64 : (vector: Float32Array) => vector;
    return inTurns(encoded, ({ vector, tokens, truncated }) => {
      const projected = project(vector);
      return {
        vector: written(projected),
        dimensions: projected.length,
        projectionVersion: version,
        tokens,
        truncated,
      };
    });
  }
}

/** Numbers of one answer, or those of as many texts as a request may have in vectors of a large encoder. */
const MOST_NUMBERS = 4_194_304;
