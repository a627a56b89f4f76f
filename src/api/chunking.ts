import { Args, ArgsType, Ctx, Field, Float, Int, ObjectType, Query, Resolver } from 'type-graphql';
import { chunked } from '../chunking/chunk.js';
import type { Piece } from '../chunking/sentences.js';
import { LONGEST_TEXT } from '../datasets/check.js';
import { badInput } from '../errors.js';
import { DEFAULT_MODEL } from '../registry/registry.js';
import { checkNumber } from '../training/hyperparameters.js';
import { askedVersion } from './asked-version.js';
import type { Context } from './context.js';

@ArgsType()
class ChunkArgs {
  @Field(() => String, { description: 'The text, at most 100000 characters.' })
  text!: string;

  @Field(() => Int, { description: 'Tokens of a chunk at most: 8 to what the encoder reads, 256.' })
  maxTokens: number = 256;

  @Field(() => Float, {
    nullable: true,
    description:
      'Part neighbouring sentences whose neighbourhoods are less alike than this, -1 to 1; where the text turns most when absent.',
  })
  similarityThreshold?: number;

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

@ObjectType({ description: 'A part of a text.' })
class Chunk {
  @Field(() => String, { description: 'The part.' })
  text!: string;

  @Field(() => Int, { description: 'Where it begins in the text, in UTF-16 units, as in JavaScript strings.' })
  start!: number;

  @Field(() => Int, { description: 'Where the next one begins.' })
  end!: number;

  @Field(() => Int, { description: 'Its tokens, the two that mark start and end among them.' })
  tokens!: number;
}

@Resolver()
export class ChunkingResolver {
  @Query(() => [Chunk], {
    description: 'Split a long text where its meaning turns (semantic chunking). The chunks joined are the text.',
  })
  async chunk(
    @Args(() => ChunkArgs) asked: ChunkArgs,
    @Ctx() { encoders, served, signal, usage }: Context,
  ): Promise<Chunk[]> {
    const { text } = asked;
    if (text.length > LONGEST_TEXT)
      throw badInput('text', `text is ${text.length} characters long: give at most ${LONGEST_TEXT}.`);
    const { similarityThreshold: given } = asked;
    const similarityThreshold =
      given == null ? undefined : checkNumber('similarityThreshold', given, { least: -1, most: 1 });
    const reference = await served.encoderOf(asked.model, askedVersion(asked));
    return encoders.use(reference, async (encoder) => {
      const maxTokens = checkNumber('maxTokens', asked.maxTokens, { whole: true, least: 8, most: encoder.maxTokens });
      const pieces: Piece[] = await chunked(text, {
        maxTokens,
        similarityThreshold,
        tokensOf: encoder.countTokens,
        embed: async (texts) => (await encoder.encode(texts, { signal, usage })).map(({ vector }) => vector),
      });
      return pieces.map((piece) => ({ ...piece, text: text.slice(piece.start, piece.end) }));
    });
  }
}
