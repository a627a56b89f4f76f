import { Tensor } from '../onnx/runtime.js';
import { elementsOf } from '../onnx/tensor.js';
import type { RandomGenerator } from '../random/generator.js';
import { noiseKernel, seedWords, stateBytes } from './noise-kernel.js';
import type { NoiseInput } from './step-graph.js';

/** The sizes that a batch gives the graph's named ones. */
export interface BatchSizes {
  readonly texts: number;
  readonly tokens: number;
  readonly longest: number;
}

/**
 * Draws the noise of one step after the other, inverted dropout's (Srivastava et al. 2014): 0 for the rate's share of the
 * numbers, 1 / (1 - rate) for the others, with the rate rounded to a whole 256th. All steps use the same memory: what is drawn
 * is good until the next draw.
 */
export function openNoise(inputs: readonly NoiseInput[]) {
  const kernel = noiseKernel();
  const seed = new Uint32Array(seedWords);
  return ({ texts, tokens, longest }: BatchSizes, random: RandomGenerator): Record<string, Tensor> => {
    const sizes: Readonly<Record<string, number>> = { texts, tokens, longest };
    let end = stateBytes;
    const places = inputs.map(({ name, shape, rate }) => {
      const known = shape.map((size) => (typeof size === 'number' ? size : sizes[size]));
      const place = { name, rate, shape: known, start: end, bytes: aligned(4 * elementsOf(known)) };
      end += place.bytes;
      return place;
    });
    kernel.reach(end);
    random.fill(seed);
    kernel.start(seed);
    return Object.fromEntries(
      places.map(({ name, rate, shape, start, bytes }): [string, Tensor] => {
        const dropped = Math.round(rate * 256);
        kernel.fill(start, bytes, dropped, 256 / (256 - dropped));
        return [name, new Tensor('float32', new Float32Array(kernel.buffer, start, elementsOf(shape)), shape)];
      }),
    );
  };
}

const aligned = (bytes: number): number => Math.ceil(bytes / stateBytes) * stateBytes;
