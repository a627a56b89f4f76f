import type { GraphBuilder } from '../onnx/builder.js';
import { float, int, ints, type Value } from '../onnx/graph.js';
import { onnxNumberOf, type Tensor, tensor } from '../onnx/tensor.js';
import { type Architecture, layerPart } from './architecture.js';
import type { BiasedMap, LinearMaps, MapMaker } from './linear-maps.js';

/** Added to the scores of places without a token: exp of it is exactly 0. */
const padding = -1e9;

/** What the layers of an encoder are written with. */
interface LayerTools {
  readonly g: GraphBuilder;
  readonly architecture: Architecture;
  /** The tensor of a name, as float32. */
  readonly parameter: (name: string) => Value;
  readonly maps: LinearMaps;
  /** int64 [2]: tokens and texts */
  readonly sizes: Value;
  /** What is added to the scores of attention, [texts, 1, 1, tokens] */
  readonly mask: Value;
}

/** What comes of an encoder's layers. */
export interface Layers {
  /** [tokens, texts, hidden] */
  readonly x: Value;
  /** Which places hold a token, bool [texts, tokens]. */
  readonly isReal: Value;
}

/**
 * Writes the embeddings and the layers of a BERT encoder. Activations stand place by place, [tokens, texts, hidden], all first
 * tokens before all second ones, and between the attentions as the rows of one matrix.
 *
 * Adds the inputs `ids` int32 [texts, tokens], padded on the right with any id, and `lengths` int32 [texts], real tokens of each.
 * @param weights tensors of a Hugging Face BERT checkpoint by name, of any floating type; ONNX Runtime makes them float32 once
 */
export function writeLayers(
  g: GraphBuilder,
  architecture: Architecture,
  weights: ReadonlyMap<string, Tensor>,
  makeMaps: MapMaker,
): Layers {
  const stored = (name: string): Value => {
    const weight = weights.get(name);
    if (weight === undefined) throw new Error(`tensor ${name} is missing`);
    return g.constant(weight);
  };
  const ids = g.op('Transpose', [g.input('ids', 'int32', ['texts', 'tokens'])]);
  const count = g.op('Shape', [ids], { end: int(1) });
  const isReal = realPlaces(g, count, g.input('lengths', 'int32', ['texts']));
  const tools: LayerTools = {
    g,
    architecture,
    parameter: (name) => real(g, stored(name)),
    maps: makeMaps(g, architecture, (name) => real(g, stored(name))),
    sizes: g.op('Shape', [ids]),
    mask: g.op('Unsqueeze', [g.op('Where', [isReal, g.scalar(0), g.scalar(padding)]), g.integers(1, 2)]),
  };
  // Few of the vocabulary's rows are used by a batch: gather first, then convert.
  const words = real(g, g.op('Gather', [stored('embeddings.word_embeddings.weight'), ids]));
  let x = inRows(tools, embeddings(tools, words, count));
  for (let layer = 0; layer < architecture.layers; layer++) {
    const part = (name: string) => layerPart(layer, name);
    x = norm(tools, g.op('Add', [attention(tools, x, layer), x]), part('attention.output'));
    const wide = tools.maps.feedForward(x, map(tools, part('intermediate.dense')), map(tools, part('output.dense')));
    x = norm(tools, g.op('Add', [wide, x]), part('output'));
  }
  return { x: inPlaces(tools, x, architecture.hidden), isReal };
}

/** [tokens, texts, hidden], from the rows of the word table. */
function embeddings(tools: LayerTools, words: Value, count: Value): Value {
  const { g, architecture, parameter } = tools;
  const types = parameter('embeddings.token_type_embeddings.weight');
  const firstType = g.op('Slice', [types, g.integers(0), g.integers(1)]);
  const places = g.op('Add', [parameter('embeddings.position_embeddings.weight'), firstType]);
  const place = g.op('Slice', [places, g.integers(0), count], {}, ['tokens', architecture.hidden]);
  return norm(tools, g.op('Add', [words, g.op('Unsqueeze', [place, g.integers(1)])]), 'embeddings');
}

/**
 * Attention with the map behind it, [rows, hidden] to [rows, hidden]. FusedMatMul multiplies the heads where they stand, as it
 * takes batches that come second; only its result is transposed.
 *
 * Two biases cost nothing. A key's adds the same to all scores of a query, and softmax takes it away again. A value's comes out of
 * attention as it went in, since shares sum to one: its product with the map behind is part of that map's bias.
 */
function attention(tools: LayerTools, x: Value, layer: number): Value {
  const { g, architecture, maps, parameter } = tools;
  const { heads } = architecture;
  const size = architecture.hidden / heads;
  const part = (name: string) => layerPart(layer, `attention.${name}`);
  const [query, key, value] = maps
    .linear(x, [map(tools, part('self.query')), { name: part('self.key') }, { name: part('self.value') }])
    .map((rows) => inPlaces(tools, rows, heads, size));

  const byBatch = { transBatchA: int(1), transBatchB: int(1), transB: int(1), alpha: float(1 / Math.sqrt(size)) };
  const scores = g.op('FusedMatMul', [query, key], byBatch, ['texts', heads, 'tokens', 'tokens']);
  const shares = g.op('Softmax', [g.op('Add', [scores, tools.mask])], { axis: int(-1) });
  const mixed = g.op('FusedMatMul', [shares, value], { transBatchB: int(1) }, ['texts', heads, 'tokens', size]);

  const { name, bias } = map(tools, part('output.dense'));
  const weight = parameter(`${name}.weight`);
  const valueBias = g.op('MatMul', [weight, parameter(part('self.value.bias'))], {}, bias.shape);
  const rows = inRows(tools, g.op('Transpose', [mixed], { perm: ints(2, 0, 1, 3) }));
  return maps.linear(rows, [{ name, bias: g.op('Add', [bias, valueBias]) }])[0];
}

const map = ({ parameter }: LayerTools, name: string): BiasedMap => ({ name, bias: parameter(`${name}.bias`) });

function norm({ g, architecture, parameter }: LayerTools, x: Value, name: string): Value {
  const inputs = [x, parameter(`${name}.LayerNorm.weight`), parameter(`${name}.LayerNorm.bias`)];
  return g.op('LayerNormalization', inputs, { epsilon: float(architecture.epsilon) });
}

/** [tokens, texts, ...] as the rows of a matrix, [tokens * texts, hidden]. */
const inRows = ({ g, architecture }: LayerTools, x: Value): Value =>
  g.op('Reshape', [x, g.integers(-1, architecture.hidden)]);

/** Rows as [tokens, texts, ...last]. */
function inPlaces({ g, sizes }: LayerTools, rows: Value, ...last: readonly number[]): Value {
  const shape = g.op('Concat', [sizes, g.integers(...last)], { axis: int(0) });
  return g.op('Reshape', [rows, shape], {}, ['tokens', 'texts', ...last]);
}

/** Which of the `count` places hold a token of each text: bool [texts, tokens]. */
function realPlaces(g: GraphBuilder, count: Value, lengths: Value): Value {
  const last = g.op('Cast', [g.op('Squeeze', [count, g.integers(0)])], { to: int(onnxNumberOf.int32) });
  const steps = g.op('Range', [g.constant(int32(0)), last, g.constant(int32(1))], {}, ['tokens']);
  return g.op('Less', [steps, g.op('Unsqueeze', [lengths, g.integers(1)])], {}, ['texts', 'tokens']);
}

const real = (g: GraphBuilder, x: Value): Value =>
  x.type === 'float32' ? x : g.op('Cast', [x], { to: int(onnxNumberOf.float32) });

const int32 = (value: number): Tensor => tensor([], Int32Array.of(value));
