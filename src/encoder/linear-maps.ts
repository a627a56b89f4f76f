import type { GraphBuilder } from '../onnx/builder.js';
import { int, type Value } from '../onnx/graph.js';
import type { Architecture } from './architecture.js';

/** A linear map, by its name in the checkpoint. */
export interface LinearMap {
  readonly name: string;
  /** [out]; nothing is added where it is left out */
  readonly bias?: Value;
}
export type BiasedMap = Required<LinearMap>;

/** How an encoder's graph multiplies by its weights: where its precision is decided. */
export interface LinearMaps {
  /** Several maps of one input: [rows, in] to [rows, out] each. */
  linear(x: Value, maps: readonly LinearMap[]): readonly Value[];
  /** The map `down` of the activation of the map `up`: [rows, hidden] to [rows, hidden]. */
  feedForward(x: Value, up: BiasedMap, down: BiasedMap): Value;
}

/** Makes the maps of a graph: `parameter` is the tensor of a name in the graph, as float32. */
export type MapMaker = (g: GraphBuilder, architecture: Architecture, parameter: (name: string) => Value) => LinearMaps;

/** Plain float32 products. GELU is exact: its tanh form saves a hundredth here, and is 2e-4 off. */
export const floatMaps: MapMaker = (g, { activation }, parameter) => {
  const map = (x: Value, { name, bias }: LinearMap) =>
    g.op('Gemm', [x, parameter(`${name}.weight`), bias], { transB: int(1) });
  return {
    linear: (x, maps) => maps.map((each) => map(x, each)),
    feedForward: (x, up, down) => map(g.op(activation === 'gelu' ? 'Gelu' : 'Relu', [map(x, up)]), down),
  };
};
