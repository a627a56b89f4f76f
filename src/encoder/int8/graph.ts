import { dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Graph } from '../../onnx/graph.js';
import { floatsOf } from '../../safetensors/read.js';
import { layerPart } from '../architecture.js';
import { type EncoderParts, encoderGraph } from '../graph.js';
import type { Batch } from '../session.js';
import { readWeights } from '../weights.js';
import { largestInputs } from './calibration.js';
import { int8Maps } from './maps.js';
import { type QuantizedMap, quantizeMap } from './quantize.js';
import { smoothingDivisor } from './smoothing.js';

/**
 * The encoder's graph with linear maps in 8-bit integers. What it takes is found from the weights at hand, on the way:
 * a run in float32 finds the channels that reach far, then weights are rounded, a map at a time between turns of the event
 * loop. Inputs and output are those of `encoderGraph`.
 * @param path the weights
 * @param calibration texts of one length; its arrays are moved away
 */
export async function int8Graph(parts: EncoderParts, path: string, calibration: Batch): Promise<Graph> {
  const inputs = inputsOf(parts.architecture.layers);
  const smoothed = inputs.filter(({ norm }) => norm).map(({ maps }) => maps[0]);
  const largest = await largestInputs(parts, dirname(path), smoothed, calibration);
  const divisors = new Map([...largest].map(([name, each]) => [name, smoothingDivisor(each)]));
  const quantized = new Map<string, QuantizedMap>();
  const weights = await readWeights(path, parts.architecture);
  for (const { maps } of inputs)
    for (const name of maps) {
      const weight = weights.get(`${name}.weight`);
      if (weight === undefined) throw new Error(`tensor ${name}.weight is missing`);
      const [outs, ins] = weight.shape;
      const divisor = divisors.get(maps[0]) ?? new Float32Array(ins).fill(1);
      quantized.set(name, quantizeMap(floatsOf(weight), outs, divisor));
      await setImmediate();
    }
  return encoderGraph(parts, int8Maps(quantized, divisors));
}

/**
 * What linear maps take, and the maps that take it. What a norm makes is smoothed: there the far-reaching channels are, and
 * smoothing what attention makes as well changed nothing.
 */
function inputsOf(layers: number): readonly { readonly maps: readonly string[]; readonly norm: boolean }[] {
  return Array.from({ length: layers }, (_, layer) => {
    const part = (name: string) => layerPart(layer, name);
    return [
      { maps: ['query', 'key', 'value'].map((name) => part(`attention.self.${name}`)), norm: true },
      { maps: [part('attention.output.dense')], norm: false },
      { maps: [part('intermediate.dense')], norm: true },
      { maps: [part('output.dense')], norm: false },
    ];
  }).flat();
}
