import { GraphBuilder } from '../onnx/builder.js';
import { float, type Graph, int, ints, type Value } from '../onnx/graph.js';
import { onnxNumberOf, type Tensor, tensor } from '../onnx/tensor.js';
import { type Architecture, layerPart, type Pooling } from './architecture.js';
import { floatMaps, type MapMaker } from './linear-maps.js';

/** An encoder as a graph is written from it. */
export interface EncoderParts {
  readonly architecture: Architecture;
  readonly pooling: Pooling;
  /** Tensors of a Hugging Face BERT checkpoint by name, of any floating type; ONNX Runtime makes them float32 once. */
  readonly weights: ReadonlyMap<string, Tensor>;
}

/**
 * A BERT encoder with pooling and normalization inside, in the form that ONNX Runtime's CPU provider runs fastest.
 * Activations stand place by place, [tokens, texts, hidden], all first tokens before all second ones, and as rows of one
 * matrix between the attentions. So attention multiplies the heads where they stand: FusedMatMul takes batches that come
 * second, and only its result is transposed. Plain Add before every norm: the fused SkipLayerNormalization is slower.
 *
 * Inputs: `ids` int32 [texts, tokens], padded on the right with any id; `lengths` int32 [texts], real tokens of each.
 * Output: `vectors` float32 [texts, hidden], of length 1.
 */
export function encoderGraph(parts: EncoderParts, makeMaps: MapMaker = floatMaps): Graph {
  const { architecture, pooling } = parts;
  const g = new GraphBuilder();
  const lengths = g.input('lengths', 'int32', ['texts']);
  const { x, isReal } = writeLayers(g, parts, lengths, makeMaps);
  g.output('vectors', g.op('LpNormalization', [pool(g, pooling, x, isReal)], { axis: int(-1), p: int(2) }));
  return g.build(`encoder of ${architecture.layers} layers`);
}

/**
 * Everything below the pooling.
 * @returns `x` [tokens, texts, hidden], and which places hold a token, `isReal` [texts, tokens]
 */
export function writeLayers(
  g: GraphBuilder,
  { architecture, weights }: EncoderParts,
  lengths: Value,
  makeMaps: MapMaker,
): { readonly x: Value; readonly isReal: Value } {
  const { epsilon, hidden, heads, layers } = architecture;
  const size = hidden / heads;
  const stored = (name: string): Value => {
    const weight = weights.get(name);
    if (weight === undefined) throw new Error(`tensor ${name} is missing`);
    return g.constant(weight);
  };
  const real = (x: Value): Value => (x.type === 'float32' ? x : g.op('Cast', [x], { to: int(onnxNumberOf.float32) }));
  const parameter = (name: string) => real(stored(name));
  const maps = makeMaps(g, architecture, parameter);

  const add = (a: Value, b: Value) => g.op('Add', [a, b]);
  const norm = (x: Value, name: string) =>
    g.op('LayerNormalization', [x, parameter(`${name}.LayerNorm.weight`), parameter(`${name}.LayerNorm.bias`)], {
      epsilon: float(epsilon),
    });

  const ids = g.op('Transpose', [g.input('ids', 'int32', ['texts', 'tokens'])]);
  const sizes = g.op('Shape', [ids]);
  const count = g.op('Shape', [ids], { end: int(1) });
  const isReal = realPlaces(g, count, lengths);
  const mask = g.op('Unsqueeze', [g.op('Where', [isReal, g.scalar(0), g.scalar(-1e9)]), g.integers(1, 2)]);

  const inRows = (x: Value) => g.op('Reshape', [x, g.integers(-1, hidden)]);
  const shaped = (x: Value, ...last: readonly number[]) =>
    g.op('Reshape', [x, g.op('Concat', [sizes, g.integers(...last)], { axis: int(0) })], {}, [
      'tokens',
      'texts',
      ...last,
    ]);

  const embeddings = () => {
    // Few of the vocabulary's rows are used by a batch: gather first, then convert.
    const words = real(g.op('Gather', [stored('embeddings.word_embeddings.weight'), ids]));
    const types = parameter('embeddings.token_type_embeddings.weight');
    const firstType = g.op('Slice', [types, g.integers(0), g.integers(1)]);
    const places = add(parameter('embeddings.position_embeddings.weight'), firstType);
    const place = g.op('Slice', [places, g.integers(0), count], {}, ['tokens', hidden]);
    return norm(add(words, g.op('Unsqueeze', [place, g.integers(1)])), 'embeddings');
  };

  const attention = (x: Value, layer: number) => {
    const names = ['query', 'key', 'value'].map((name) => layerPart(layer, `attention.self.${name}`));
    const [query, key, value] = maps.linear(x, names).map((rows) => shaped(rows, heads, size));
    const scores = g.op(
      'FusedMatMul',
      [query, key],
      { transBatchA: int(1), transBatchB: int(1), transB: int(1), alpha: float(1 / Math.sqrt(size)) },
      ['texts', heads, 'tokens', 'tokens'],
    );
    const shares = g.op('Softmax', [add(scores, mask)], { axis: int(-1) });
    const mixed = g.op('FusedMatMul', [shares, value], { transBatchB: int(1) }, ['texts', heads, 'tokens', size]);
    return inRows(g.op('Transpose', [mixed], { perm: ints(2, 0, 1, 3) }));
  };

  let x = inRows(embeddings());
  for (let layer = 0; layer < layers; layer++) {
    const part = (name: string) => layerPart(layer, name);
    const [attended] = maps.linear(attention(x, layer), [part('attention.output.dense')]);
    x = norm(add(attended, x), part('attention.output'));
    x = norm(add(maps.feedForward(x, part('intermediate.dense'), part('output.dense')), x), part('output'));
  }
  return { x: shaped(x, hidden), isReal };
}

/** Which of the `count` places hold a token of each text: bool [texts, tokens]. */
function realPlaces(g: GraphBuilder, count: Value, lengths: Value): Value {
  const last = g.op('Cast', [g.op('Squeeze', [count, g.integers(0)])], { to: int(onnxNumberOf.int32) });
  const steps = g.op('Range', [g.constant(int32(0)), last, g.constant(int32(1))], {}, ['tokens']);
  return g.op('Less', [steps, g.op('Unsqueeze', [lengths, g.integers(1)])], {}, ['texts', 'tokens']);
}

/**
 * One vector a text, [texts, hidden], from [tokens, texts, hidden]. The mean is left a sum: the normalization that follows
 * takes the division by the number of tokens away again.
 */
function pool(g: GraphBuilder, pooling: Pooling, x: Value, isReal: Value): Value {
  const [, texts, hidden] = x.shape;
  if (pooling === 'cls') return g.op('Gather', [x, g.constant(int32(0))], { axis: int(0) });
  if (pooling === 'max') {
    const mask = g.op('Unsqueeze', [g.op('Transpose', [isReal]), g.integers(2)]);
    return g.op('ReduceMax', [g.op('Where', [mask, x, g.scalar(-1e30)]), g.integers(0)], { keepdims: int(0) });
  }
  const ones = g.op('Unsqueeze', [g.op('Cast', [isReal], { to: int(onnxNumberOf.float32) }), g.integers(1)]);
  const sums = g.op('FusedMatMul', [ones, x], { transBatchB: int(1) }, [texts, 1, hidden]);
  return g.op('Squeeze', [sums, g.integers(1)]);
}

const int32 = (value: number): Tensor => tensor([], Int32Array.of(value));
