import { Tensor } from 'onnxruntime-node';
import { elementsOf } from '../onnx/tensor.js';
import type { RandomGenerator } from '../random/generator.js';
import type { NoiseInput } from './step-graph.js';

/** The sizes that a batch gives the graph's named ones. */
export interface BatchSizes {
  readonly texts: number;
  readonly tokens: number;
  readonly longest: number;
}

/**
 * Draws the noise of one step after the other. All of them use the same memory: what is drawn is good until the next draw.
 */
export function openNoise(inputs: readonly NoiseInput[]) {
  let room = new Float32Array(0);
  return ({ texts, tokens, longest }: BatchSizes, random: RandomGenerator): Record<string, Tensor> => {
    const sizes: Readonly<Record<string, number>> = { texts, tokens, longest };
    const shapes = inputs.map(({ shape }) => shape.map((size) => (typeof size === 'number' ? size : sizes[size])));
    const needed = shapes.reduce((sum, shape) => sum + elementsOf(shape), 0);
    if (room.length < needed) room = new Float32Array(needed);
    let end = 0;
    const drawn = inputs.map(({ name, rate }, i): [string, Tensor] => {
      const noise = room.subarray(end, end + elementsOf(shapes[i]));
      end += noise.length;
      fillNoise(noise, rate, random);
      return [name, new Tensor('float32', noise, shapes[i])];
    });
    return Object.fromEntries(drawn);
  };
}

/**
 * Noise for inverted dropout (Srivastava et al. 2014): 0 for the rate's share of the numbers, 1 / (1 - rate) for the others.
 * Four numbers a draw of the generator: the rate is rounded to a whole 256th, and the scale with it.
 */
export function fillNoise(noise: Float32Array, rate: number, random: RandomGenerator): void {
  const dropped = Math.round(rate * 256);
  // Looked up, not decided: a branch that nobody can foresee would take longer than all the rest.
  const noiseOf = new Float32Array(256).fill(256 / (256 - dropped)).fill(0, 0, dropped);
  const words = new Uint32Array(1024);
  const bytes = new Uint8Array(words.buffer);
  for (let start = 0; start < noise.length; start += bytes.length) {
    random.fill(words);
    const end = Math.min(bytes.length, noise.length - start);
    for (let i = 0; i < end; i++) noise[start + i] = noiseOf[bytes[i]];
  }
}
