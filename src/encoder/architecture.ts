import { shown } from '../errors.js';
import { elementsOf } from '../onnx/tensor.js';

/** How the token vectors of a text become one vector. */
export type Pooling = 'mean' | 'cls' | 'max';

/** The sizes of a BERT encoder (Devlin et al. 2019) and the few choices within one. */
export interface Architecture {
  readonly hidden: number;
  readonly heads: number;
  readonly layers: number;
  readonly intermediate: number;
  readonly vocabulary: number;
  /** Rows of the position table: no text can have more tokens. */
  readonly positions: number;
  readonly tokenTypes: number;
  readonly activation: 'gelu' | 'relu';
  /** Added to the variance in every layer norm. */
  readonly epsilon: number;
}

/**
 * Reads a Hugging Face `config.json`.
 * @throws Error saying what is not a BERT encoder about it
 */
export function readArchitecture(config: Readonly<Record<string, unknown>>): Architecture {
  const { model_type: modelType, hidden_act: activation = 'gelu', position_embedding_type: position } = config;
  if (modelType !== 'bert') throw new Error(`model_type is ${shown(modelType)}: only bert is supported`);
  if (activation !== 'gelu' && activation !== 'relu')
    throw new Error(`hidden_act is ${shown(activation)}: give gelu or relu`);
  if (position !== undefined && position !== 'absolute')
    throw new Error(`position_embedding_type is ${shown(position)}: only absolute is supported`);

  const size = (name: string, standard?: number): number => {
    const value = config[name] ?? standard;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1)
      throw new Error(`${name} is ${shown(value)}: give a whole number of 1 or more`);
    return value;
  };
  const architecture: Architecture = {
    hidden: size('hidden_size'),
    heads: size('num_attention_heads'),
    layers: size('num_hidden_layers'),
    intermediate: size('intermediate_size'),
    vocabulary: size('vocab_size'),
    positions: size('max_position_embeddings'),
    tokenTypes: size('type_vocab_size', 2),
    activation,
    epsilon: epsilonOf(config.layer_norm_eps ?? 1e-12),
  };
  if (architecture.hidden % architecture.heads !== 0)
    throw new Error(
      `hidden_size ${architecture.hidden} is not a multiple of num_attention_heads ${architecture.heads}`,
    );
  return architecture;
}

function epsilonOf(value: unknown): number {
  if (typeof value === 'number' && value > 0 && value < 1) return value;
  throw new Error(`layer_norm_eps is ${shown(value)}: give a number between 0 and 1`);
}

/** Names of one layer's linear maps and norms, as BERT checkpoints have them. */
export const layerPart = (layer: number, part: string): string => `encoder.layer.${layer}.${part}`;

/** Every tensor that an encoder needs, with its shape: names as in a Hugging Face BERT checkpoint, linear maps as [out, in]. */
export function tensorShapes(architecture: Architecture): ReadonlyMap<string, readonly number[]> {
  const { hidden, intermediate, layers, positions, tokenTypes, vocabulary } = architecture;
  const shapes = new Map<string, readonly number[]>();
  const linear = (name: string, from: number, to: number) => {
    shapes.set(`${name}.weight`, [to, from]).set(`${name}.bias`, [to]);
  };
  const norm = (name: string) => {
    shapes.set(`${name}.LayerNorm.weight`, [hidden]).set(`${name}.LayerNorm.bias`, [hidden]);
  };
  shapes.set('embeddings.word_embeddings.weight', [vocabulary, hidden]);
  shapes.set('embeddings.position_embeddings.weight', [positions, hidden]);
  shapes.set('embeddings.token_type_embeddings.weight', [tokenTypes, hidden]);
  norm('embeddings');
  for (let layer = 0; layer < layers; layer++) {
    const part = (name: string) => layerPart(layer, name);
    for (const name of ['query', 'key', 'value']) linear(part(`attention.self.${name}`), hidden, hidden);
    linear(part('attention.output.dense'), hidden, hidden);
    norm(part('attention.output'));
    linear(part('intermediate.dense'), hidden, intermediate);
    linear(part('output.dense'), intermediate, hidden);
    norm(part('output'));
  }
  return shapes;
}

/** How many numbers an encoder's weights are. */
export const parametersOf = (architecture: Architecture): number =>
  [...tensorShapes(architecture).values()].reduce((sum, shape) => sum + elementsOf(shape), 0);
