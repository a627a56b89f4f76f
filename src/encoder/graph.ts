import { GraphBuilder } from '../onnx/builder.js';
import { type Graph, int, type Value } from '../onnx/graph.js';
import { onnxNumberOf, type Tensor, tensor } from '../onnx/tensor.js';
import type { Architecture, Pooling } from './architecture.js';
import { type Layers, writeLayers } from './layers.js';
import { floatMaps, type MapMaker } from './linear-maps.js';

/** An encoder as a graph is written from it. */
export interface EncoderParts {
  readonly architecture: Architecture;
  readonly pooling: Pooling;
  /** Tensors of a Hugging Face BERT checkpoint by name, of any floating type. */
  readonly weights: ReadonlyMap<string, Tensor>;
}

/**
 * A BERT encoder with pooling and normalization inside, in the form that ONNX Runtime's CPU provider runs fastest.
 *
 * Inputs: `ids` int32 [texts, tokens], padded on the right with any id; `lengths` int32 [texts], real tokens of each.
 * Output: `vectors` float32 [texts, hidden], of length 1.
 */
export function encoderGraph(parts: EncoderParts, makeMaps: MapMaker = floatMaps): Graph {
  const g = new GraphBuilder();
  const layers = writeLayers(g, parts.architecture, parts.weights, makeMaps);
  g.output('vectors', g.op('LpNormalization', [pool(g, parts.pooling, layers)], { axis: int(-1), p: int(2) }));
  return g.build('encoder');
}

/**
 * One vector a text, [texts, hidden]. The mean is left a sum: the normalization that follows takes the division by the number of
 * tokens away again.
 */
function pool(g: GraphBuilder, pooling: Pooling, { x, isReal }: Layers): Value {
  const [, texts, hidden] = x.shape;
  if (pooling === 'cls') return g.op('Gather', [x, g.constant(first)], { axis: int(0) });
  if (pooling === 'max') {
    const mask = g.op('Unsqueeze', [g.op('Transpose', [isReal]), g.integers(2)]);
    return g.op('ReduceMax', [g.op('Where', [mask, x, g.scalar(-1e30)]), g.integers(0)], { keepdims: int(0) });
  }
  const ones = g.op('Unsqueeze', [g.op('Cast', [isReal], { to: int(onnxNumberOf.float32) }), g.integers(1)]);
  const sums = g.op('FusedMatMul', [ones, x], { transBatchB: int(1) }, [texts, 1, hidden]);
  return g.op('Squeeze', [sums, g.integers(1)]);
}

const first: Tensor = tensor([], Int32Array.of(0));
