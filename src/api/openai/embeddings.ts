import type { Encoded, EncodeOptions, Encoder } from '../../encoder/open.js';
import { badInput, ManyheadError, shown } from '../../errors.js';
import { projector } from '../../serving/projector.js';
import { inTurns } from '../../turns.js';
import type { Context } from '../context.js';
import { inBase64, Vector } from '../vector.js';
import { type BorrowedNames, checkTokensBelong, encoderNamed } from './model-names.js';
import { checkTokens, type EmbeddingsInput, type EmbeddingsRequest } from './request.js';

/** The answer of POST /v1/embeddings, as the OpenAI API has it. */
export interface EmbeddingList {
  readonly object: 'list';
  readonly data: readonly {
    readonly object: 'embedding';
    readonly index: number;
    /** What JSON makes of it is a list of numbers, or their base64. */
    readonly embedding: unknown;
    /** Ours: there, and true, where the text was longer than the encoder reads. */
    readonly truncated?: true;
  }[];
  readonly model: string;
  readonly usage: { readonly prompt_tokens: number; readonly total_tokens: number };
}

/**
 * The vectors that `embed` gives for the same texts.
 * @throws ManyheadError as `embed`; NOT_FOUND where there is no such model
 */
export async function embeddings(
  { model, input, dimensions, encoding }: EmbeddingsRequest,
  context: Context,
  borrowed: BorrowedNames,
): Promise<EmbeddingList> {
  const { encoders, projections, signal, usage } = context;
  if (input.kind === 'tokens') checkTokensBelong(model, borrowed);
  const reference = await encoderNamed(model, context, borrowed);
  const { project } = await projector(
    { dimensions, projection: 'PCA', seed: 0, normalize: true },
    reference ?? encoders.pretrained,
    projections,
  ).catch((error) => {
    throw error instanceof ManyheadError && error.field === 'projection' ? notFitted(model, dimensions) : error;
  });
  const encoded = await encoders.use(reference, (encoder) => encode(encoder, input, { signal, usage }));
  const written = encoding === 'base64' ? inBase64 : (vector: Float32Array) => Vector.serialize(vector);
  const tokens = encoded.reduce((sum, each) => sum + each.tokens, 0);
  return {
    object: 'list',
    data: await inTurns(encoded, ({ vector, truncated }, index) => ({
      object: 'embedding',
      index,
      embedding: written(project(vector)),
      ...(truncated ? { truncated } : {}),
    })),
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

async function encode(encoder: Encoder, input: EmbeddingsInput, options: EncodeOptions): Promise<Encoded[]> {
  if (input.kind === 'texts') return encoder.encode(input.texts, options);
  checkTokens(input.lists, encoder.architecture.vocabulary);
  return encoder.encodeTokens(input.lists, options);
}

/** This API knows no projections to choose from: what is asked with is `dimensions`. */
const notFitted = (model: string, dimensions: number | undefined): ManyheadError =>
  badInput(
    'dimensions',
    `dimensions is ${dimensions}: model ${shown(model)} gives fewer only once a projection was fitted for its encoder: fit one with the mutation fitProjection, or leave dimensions out.`,
  );
