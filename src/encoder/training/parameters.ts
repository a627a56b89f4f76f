import { type Architecture, layerPart, tensorShapes } from '../architecture.js';

/** A tensor of the checkpoint that learns. */
export interface EncoderParameter {
  readonly name: string;
  readonly shape: readonly number[];
  /** Whether it decays: matrices do, biases and norms do not. */
  readonly decays: boolean;
}

/** How much of an encoder learns: all of it, or the layers above the first `frozenLayers`. */
export type Learning = { readonly kind: 'all' } | { readonly kind: 'above'; readonly frozenLayers: number };

/** The table of which a batch only touches some rows; it learns apart from the others. */
export const wordTable = 'embeddings.word_embeddings.weight';

/** The lowest layer that learns. */
export const firstLearningLayer = (learning: Learning): number => (learning.kind === 'all' ? 0 : learning.frozenLayers);

/** What learns of an encoder, from the bottom, but for the word table. */
export function encoderParameters(architecture: Architecture, learning: Learning): readonly EncoderParameter[] {
  const first = firstLearningLayer(learning);
  const layers = Array.from({ length: architecture.layers - first }, (_, i) => layerPart(first + i, ''));
  const learns = (name: string) =>
    learning.kind === 'all' ? name !== wordTable : layers.some((layer) => name.startsWith(layer));
  return [...tensorShapes(architecture)]
    .filter(([name]) => learns(name))
    .map(([name, shape]) => ({ name, shape, decays: !name.includes('LayerNorm') && name.endsWith('.weight') }));
}
