import type { GraphBuilder } from '../../onnx/builder.js';
import { float, int, type Value } from '../../onnx/graph.js';
import { type Architecture, layerPart, type Pooling } from '../architecture.js';

/** What an encoder's graph is written from. */
export interface EncoderParts {
  readonly architecture: Architecture;
  readonly pooling: Pooling;
  /** The tensor of a name, as `encoderParameters` names them. */
  readonly weight: (name: string) => Value;
  /** What becomes of activations where BERT drops some of them, each place under a name of its own. */
  readonly dropped: (x: Value, place: string, what: 'hidden' | 'attention') => Value;
}

/**
 * The parts of a BERT encoder in plain operators, each with a gradient, where the serving graph has fused ones. The tokens of
 * all texts stand one after the other, [tokens, hidden]; only within attention are they padded, [texts, longest, ...].
 * Adds the inputs `placed`, `placedOnce`, `placeOf` and `mask` (see `packBatch`).
 */
export function packedEncoder(g: GraphBuilder, { architecture, pooling, weight, dropped }: EncoderParts) {
  const { activation, epsilon, heads, hidden } = architecture;
  const placed = g.input('placed', 'int32', ['texts', heads, 'longest']);
  const placedOnce = g.input('placedOnce', 'int32', ['texts', heads, 'longest']);
  const placeOf = g.input('placeOf', 'int32', ['tokens', heads]);
  const mask = g.input('mask', 'float32', ['texts', 1, 1, 'longest']);

  const add = (a: Value, b: Value) => g.op('Add', [a, b]);
  const norm = (x: Value, name: string) => {
    const inputs = [x, weight(`${name}.LayerNorm.weight`), weight(`${name}.LayerNorm.bias`)];
    return g.ops('LayerNormalization', inputs, { axis: int(-1), epsilon: float(epsilon) }, 3)[0];
  };
  const linear = (x: Value, name: string) =>
    g.op('Gemm', [x, weight(`${name}.weight`), weight(`${name}.bias`)], { transB: int(1) });

  const attention = (x: Value, layer: number) => {
    const size = hidden / heads;
    const [query, key, value] = ['query', 'key', 'value'].map((name) => {
      const byToken = g.op('Reshape', [linear(x, layerPart(layer, `attention.self.${name}`)), g.integers(-1, size)]);
      return g.op('Gather', [byToken, placed]);
    });
    const scores = g.op('FusedMatMul', [query, key], { transB: int(1), alpha: float(1 / Math.sqrt(size)) });
    const shares = dropped(g.op('Softmax', [add(scores, mask)], { axis: int(-1) }), `${layer}.shares`, 'attention');
    const byPlace = g.op('Reshape', [g.op('MatMul', [shares, value]), g.integers(-1, size)]);
    return g.op('Reshape', [g.op('Gather', [byPlace, placeOf]), g.integers(0, hidden)]);
  };

  return {
    /** What attention takes to its places only moves, as nothing learns from padding: what differentiates the graph wants to know. */
    waysBack: new Map([
      [placed, { places: placeOf, missing: false }],
      [placeOf, { places: placedOnce, missing: true }],
    ]),

    /**
     * What the first layer takes, [tokens, hidden]. Adds the inputs `wordOf` and `positionOf` (see `wordsOf`).
     * @param words rows of the word table, [words, hidden]
     */
    embed(words: Value): Value {
      const wordOf = g.input('wordOf', 'int32', ['tokens']);
      const positionOf = g.input('positionOf', 'int32', ['tokens']);
      const positions = weight('embeddings.position_embeddings.weight');
      const [zero, end] = [g.integers(0), g.size('longest', mask)];
      const taken = g.op('Slice', [positions, zero, end, zero], {}, ['longest', hidden]);
      const position = g.op('Gather', [taken, positionOf]);
      const types = weight('embeddings.token_type_embeddings.weight');
      const firstType = g.op('Slice', [types, zero, g.integers(1), zero]);
      const sum = add(add(g.op('Gather', [words, wordOf]), position), firstType);
      return dropped(norm(sum, 'embeddings'), 'embeddings', 'hidden');
    },

    /** What a layer makes of the activations below it, both [tokens, hidden]. */
    layer(below: Value, number: number): Value {
      const part = (name: string) => layerPart(number, name);
      const attended = linear(attention(below, number), part('attention.output.dense'));
      const x = norm(add(dropped(attended, `${number}.attended`, 'hidden'), below), part('attention.output'));
      const wide = g.op(activation === 'gelu' ? 'Gelu' : 'Relu', [linear(x, part('intermediate.dense'))]);
      const narrow = linear(wide, part('output.dense'));
      return norm(add(dropped(narrow, `${number}.output`, 'hidden'), x), part('output'));
    },

    /** The texts' unit vectors, [texts, hidden]. Adds the input `pooling` (see `packBatch`). */
    pool(x: Value): Value {
      const pooled =
        pooling === 'max'
          ? g.op('ReduceMax', [g.op('Gather', [x, g.input('pooling', 'int32', ['texts', 'longest'])]), g.integers(1)], {
              keepdims: int(0),
            })
          : g.op('MatMul', [g.input('pooling', 'float32', ['texts', 'tokens']), x]);
      return g.op('LpNormalization', [pooled], { axis: int(-1), p: int(2) });
    },
  };
}
