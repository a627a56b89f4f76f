import type { GraphBuilder } from '../../onnx/builder.js';
import { float, int, ints, type Value } from '../../onnx/graph.js';
import { type Architecture, layerPart, type Pooling } from '../architecture.js';
import { queryKeyValue } from './parameters.js';

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
 * Adds the inputs `placeOf` and `mask` (see `packBatch`).
 */
export function packedEncoder(g: GraphBuilder, { architecture, pooling, weight, dropped }: EncoderParts) {
  const { activation, epsilon, heads, hidden } = architecture;
  const placeOf = g.input('placeOf', 'int64', ['tokens', 2]);
  const mask = g.input('mask', 'float32', ['texts', 1, 1, 'longest']);

  const add = (a: Value, b: Value) => g.op('Add', [a, b]);
  const norm = (x: Value, name: string) => {
    const inputs = [x, weight(`${name}.LayerNorm.weight`), weight(`${name}.LayerNorm.bias`)];
    return g.ops('LayerNormalization', inputs, { axis: int(-1), epsilon: float(epsilon) }, 3)[0];
  };
  const linear = (x: Value, name: string) =>
    g.op('Gemm', [x, weight(`${name}.weight`), weight(`${name}.bias`)], { transB: int(1) });

  const [texts, longest] = [0, 3].map((axis) => g.op('Shape', [mask], { start: int(axis), end: int(axis + 1) }));
  /** [tokens, width] to [texts, longest, width], with zeros for padding; and back. */
  const padded = (x: Value) => {
    const width = x.shape.slice(1).map(Number);
    const zeros = g.op('ConstantOfShape', [g.op('Concat', [texts, longest, g.integers(...width)], { axis: int(0) })]);
    return g.op('ScatterND', [zeros, placeOf, x]);
  };
  const packed = (x: Value) => g.op('GatherND', [x, placeOf], {}, ['tokens', ...x.shape.slice(2)]);

  const attention = (x: Value, layer: number) => {
    const size = hidden / heads;
    const queryKeyValues = padded(linear(x, queryKeyValue(layer)));
    const byHead = g.op('Transpose', [g.op('Reshape', [queryKeyValues, g.integers(0, 0, 3, heads, size)])], {
      perm: ints(2, 0, 3, 1, 4),
    });
    const [query, key, value] = g.ops('Split', [byHead], { axis: int(0), num_outputs: int(3) }, 3);
    const scores = g.op('FusedMatMul', [query, key], { transB: int(1), alpha: float(1 / Math.sqrt(size)) });
    const shares = dropped(g.op('Softmax', [add(scores, mask)], { axis: int(-1) }), `${layer}.shares`, 'attention');
    const mixed = g.op('Squeeze', [g.op('MatMul', [shares, value]), g.integers(0)]);
    const byToken = g.op('Transpose', [mixed], { perm: ints(0, 2, 1, 3) });
    return packed(g.op('Reshape', [byToken, g.integers(0, 0, hidden)]));
  };

  return {
    /** Indices of which each is another: what differentiates the graph wants to know. */
    distinct: new Set([placeOf]),

    /**
     * What the first layer takes, [tokens, hidden]. Adds the inputs `wordOf` and `positionOf` (see `wordsOf`).
     * @param words rows of the word table, [words, hidden]
     */
    embed(words: Value): Value {
      const wordOf = g.input('wordOf', 'int32', ['tokens']);
      const positionOf = g.input('positionOf', 'int32', ['tokens']);
      const position = g.op('Gather', [weight('embeddings.position_embeddings.weight'), positionOf]);
      const types = weight('embeddings.token_type_embeddings.weight');
      const firstType = g.op('Slice', [types, g.integers(0), g.integers(1), g.integers(0)]);
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
          ? largest(g, padded(x), mask)
          : g.op('MatMul', [g.input('pooling', 'float32', ['texts', 'tokens']), x]);
      return g.op('LpNormalization', [pooled], { axis: int(-1), p: int(2) });
    },
  };
}

/** The largest of each text's real tokens, from [texts, longest, hidden]. */
function largest(g: GraphBuilder, x: Value, mask: Value): Value {
  const masked = g.op('Add', [x, g.op('Reshape', [mask, g.integers(0, -1, 1)])]);
  return g.op('ReduceMax', [masked, g.integers(1)], { keepdims: int(0) });
}
