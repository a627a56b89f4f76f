import { GraphBuilder } from '../onnx/builder.js';
import { float, type Graph, int, type Value } from '../onnx/graph.js';
import { onnxNumberOf, type Tensor, tensor } from '../onnx/tensor.js';
import { type Architecture, layerPart, type Pooling } from './architecture.js';

/**
 * A BERT encoder with pooling and normalization inside, in the form that ONNX Runtime's CPU provider runs fastest: fused
 * attention over merged query, key and value, GELU with its bias (exact: the tanh form is no quicker here, and 2e-4 off),
 * and plain Add before every norm (the fused SkipLayerNormalization is slower).
 *
 * Inputs: `ids` int32 [texts, tokens], padded on the right with any id; `lengths` int32 [texts], real tokens of each.
 * Output: `embedding` float32 [texts, hidden], unit vectors.
 * @param weights tensors of a Hugging Face BERT checkpoint by name, of any floating type; ONNX Runtime turns them into
 *   float32 once, when the session opens
 */
export function encoderGraph(
  architecture: Architecture,
  pooling: Pooling,
  weights: ReadonlyMap<string, Tensor>,
): Graph {
  const { epsilon, hidden, heads, layers } = architecture;
  const g = new GraphBuilder();
  const ids = g.input('ids', 'int32', ['texts', 'tokens']);
  const lengths = g.input('lengths', 'int32', ['texts']);

  const stored = (name: string): Value => {
    const weight = weights.get(name);
    if (weight === undefined) throw new Error(`tensor ${name} is missing`);
    return g.constant(weight);
  };
  const real = (x: Value): Value => (x.type === 'float32' ? x : g.op('Cast', [x], { to: int(onnxNumberOf.float32) }));
  const weight = (name: string) => real(stored(`${name}.weight`));
  const bias = (name: string) => real(stored(`${name}.bias`));
  const turned = (name: string) => g.op('Transpose', [weight(name)]);

  const add = (a: Value, b: Value) => g.op('Add', [a, b]);
  const norm = (x: Value, name: string) =>
    g.op('LayerNormalization', [x, weight(`${name}.LayerNorm`), bias(`${name}.LayerNorm`)], {
      epsilon: float(epsilon),
    });
  const linear = (x: Value, name: string) => g.op('MatMul', [x, turned(name)]);

  const count = g.op('Shape', [ids], { start: int(1), end: int(2) });
  // Few of the vocabulary's rows are used by a batch: gather first, then convert.
  const words = real(g.op('Gather', [stored('embeddings.word_embeddings.weight'), ids]));
  const firstType = g.op('Slice', [weight('embeddings.token_type_embeddings'), g.integers(0), g.integers(1)]);
  const places = add(weight('embeddings.position_embeddings'), firstType);
  const place = g.op('Slice', [places, g.integers(0), count], {}, ['tokens', hidden]);
  let x = norm(add(words, place), 'embeddings');

  for (let layer = 0; layer < layers; layer++) {
    const part = (name: string) => layerPart(layer, name);
    const qkv = ['query', 'key', 'value'].map((name) => part(`attention.self.${name}`));
    const qkvWeight = g.op('Concat', qkv.map(turned), { axis: int(1) });
    const qkvBias = g.op('Concat', qkv.map(bias), { axis: int(0) });
    const attended = g.op('Attention', [x, qkvWeight, qkvBias, lengths], { num_heads: int(heads) });
    const mixed = linear(attended, part('attention.output.dense'));
    x = norm(add(add(mixed, bias(part('attention.output.dense'))), x), part('attention.output'));
    const wide = activated(g, architecture, linear(x, part('intermediate.dense')), bias(part('intermediate.dense')));
    const narrow = linear(wide, part('output.dense'));
    x = norm(add(add(narrow, bias(part('output.dense'))), x), part('output'));
  }

  const pooled = pool(g, pooling, x, count, lengths);
  g.output('embedding', g.op('LpNormalization', [pooled], { axis: int(-1), p: int(2) }));
  return g.build('encoder');
}

function activated(g: GraphBuilder, { activation }: Architecture, x: Value, bias: Value): Value {
  return activation === 'gelu' ? g.op('BiasGelu', [x, bias]) : g.op('Relu', [g.op('Add', [x, bias])]);
}

/**
 * One vector a text from [texts, tokens, hidden]. The mean is left a sum: the normalization that follows takes the
 * division by the number of tokens away again.
 */
function pool(g: GraphBuilder, pooling: Pooling, x: Value, count: Value, lengths: Value): Value {
  const [texts, tokens, hidden] = x.shape;
  if (pooling === 'cls') return g.op('Gather', [x, g.constant(int32(0))], { axis: int(1) });

  const last = g.op('Cast', [g.op('Squeeze', [count, g.integers(0)])], { to: int(onnxNumberOf.int32) });
  const steps = g.op('Range', [g.constant(int32(0)), last, g.constant(int32(1))], {}, [tokens]);
  const isReal = g.op('Less', [steps, g.op('Unsqueeze', [lengths, g.integers(1)])], {}, [texts, tokens]);
  if (pooling === 'max') {
    const mask = g.op('Unsqueeze', [isReal, g.integers(2)]);
    return g.op('ReduceMax', [g.op('Where', [mask, x, g.scalar(-1e30)]), g.integers(1)], { keepdims: int(0) });
  }
  const ones = g.op('Cast', [isReal], { to: int(onnxNumberOf.float32) });
  const sums = g.op('MatMul', [g.op('Unsqueeze', [ones, g.integers(1)]), x], {}, [texts, 1, hidden]);
  return g.op('Squeeze', [sums, g.integers(1)]);
}

const int32 = (value: number): Tensor => tensor([], Int32Array.of(value));
