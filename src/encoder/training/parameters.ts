import { type Architecture, layerPart, tensorShapes } from '../architecture.js';

/** A tensor that learns: one of the checkpoint's, or several of them that lie one after the other and are multiplied as one. */
export interface EncoderParameter {
  readonly name: string;
  readonly shape: readonly number[];
  /** Names of the checkpoint's tensors that it is made of, by rows. */
  readonly parts: readonly string[];
  /** Whether it decays: matrices do, biases and norms do not. */
  readonly decays: boolean;
}

/** How much of an encoder learns: all of it, or the layers above the first `frozenLayers`. */
export type Learning = { readonly kind: 'all' } | { readonly kind: 'above'; readonly frozenLayers: number };

/** The table of which a batch only touches some rows; it learns apart from the others. */
export const wordTable = 'embeddings.word_embeddings.weight';

/** The lowest layer that learns. */
export const firstLearningLayer = (learning: Learning): number => (learning.kind === 'all' ? 0 : learning.frozenLayers);

/** Query, key and value of a layer as one linear map: [3 * hidden, hidden] and [3 * hidden]. */
export const queryKeyValue = (layer: number): string => layerPart(layer, 'attention.self.query_key_value');

/** What learns of an encoder, from the bottom, but for the word table. */
export function encoderParameters(architecture: Architecture, learning: Learning): readonly EncoderParameter[] {
  const shapes = tensorShapes(architecture);
  const parameter = (name: string, parts: readonly string[] = [name]): EncoderParameter => {
    const sizes = parts.map((part) => shapeOf(shapes, part));
    const rows = sizes.reduce((sum, [first]) => sum + first, 0);
    const isNorm = name.includes('LayerNorm');
    return { name, shape: [rows, ...sizes[0].slice(1)], parts, decays: !isNorm && name.endsWith('.weight') };
  };
  const pair = (name: string, parts: readonly string[] = [name]) =>
    ['weight', 'bias'].map((kind) =>
      parameter(
        `${name}.${kind}`,
        parts.map((part) => `${part}.${kind}`),
      ),
    );
  const layer = (number: number) => {
    const part = (name: string) => layerPart(number, name);
    return [
      ...pair(
        queryKeyValue(number),
        ['query', 'key', 'value'].map((name) => part(`attention.self.${name}`)),
      ),
      ...pair(part('attention.output.dense')),
      ...pair(part('attention.output.LayerNorm')),
      ...pair(part('intermediate.dense')),
      ...pair(part('output.dense')),
      ...pair(part('output.LayerNorm')),
    ];
  };
  const tables = ['embeddings.position_embeddings.weight', 'embeddings.token_type_embeddings.weight'];
  const below =
    learning.kind === 'all' ? [...tables.map((name) => parameter(name)), ...pair('embeddings.LayerNorm')] : [];
  const first = firstLearningLayer(learning);
  return [...below, ...Array.from({ length: architecture.layers - first }, (_, i) => layer(first + i)).flat()];
}

function shapeOf(shapes: ReadonlyMap<string, readonly number[]>, name: string): readonly number[] {
  const shape = shapes.get(name);
  if (shape === undefined) throw new Error(`the encoder has no tensor ${name}`);
  return shape;
}
