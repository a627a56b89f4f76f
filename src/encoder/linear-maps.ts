import type { GraphBuilder } from '../onnx/builder.js';
import { int, type Value } from '../onnx/graph.js';
import type { Architecture } from './architecture.js';

/** How an encoder's graph multiplies by its weights: where its precision is decided. Maps go by their names in the checkpoint. */
export interface LinearMaps {
  /** Several maps of one input, their biases added: [rows, in] to [rows, out] each. */
  linear(x: Value, names: readonly string[]): readonly Value[];
  /** The map `down` of the activation of the map `up`: [rows, hidden] to [rows, hidden]. */
  feedForward(x: Value, up: string, down: string): Value;
}

/** Makes the maps of a graph: `parameter` is the tensor of a name in the graph, as float32. */
export type MapMaker = (g: GraphBuilder, architecture: Architecture, parameter: (name: string) => Value) => LinearMaps;

/** Plain float32 products. GELU is exact: its tanh form is no quicker to speak of here, and 2e-4 off. */
export const floatMaps: MapMaker = (g, { activation }, parameter) => {
  const map = (x: Value, name: string) =>
    g.op('Gemm', [x, parameter(`${name}.weight`), parameter(`${name}.bias`)], { transB: int(1) });
  return {
    linear: (x, names) => names.map((name) => map(x, name)),
    feedForward: (x, up, down) => map(g.op(activation === 'gelu' ? 'Gelu' : 'Relu', [map(x, up)]), down),
  };
};
