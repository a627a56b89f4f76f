import { RandomGenerator } from '../random/generator.js';
import type { HeadDescription } from './file.js';
import type { Head, Layer } from './head.js';

/**
 * The weights a head starts to learn from. A new linear head starts at zero, a hidden layer as in He et al. 2015. A head that
 * goes on from another keeps the weights of the labels it knew; labels that are new start at zero.
 */
export function startHead(
  description: HeadDescription,
  base: Head | undefined,
  dimensions: number,
  seed: number,
): Head {
  const { hiddenUnits, labels } = description;
  const hidden =
    base?.hidden ?? (hiddenUnits > 0 ? normalLayer(dimensions, hiddenUnits, seed, description.task) : undefined);
  const inputs = hiddenUnits || dimensions;
  const output: Layer = { weight: new Float32Array(inputs * labels.length), bias: new Float32Array(labels.length) };
  base?.labels.forEach((label, from) => {
    const to = labels.indexOf(label);
    output.bias[to] = base.output.bias[from];
    for (let i = 0; i < inputs; i++)
      output.weight[i * labels.length + to] = base.output.weight[i * base.labels.length + from];
  });
  return { ...description, hidden, output };
}

function normalLayer(inputs: number, outputs: number, seed: number, stream: string): Layer {
  const random = RandomGenerator.seeded(seed, `hidden ${stream}`);
  // Unit vectors have entries of about 1 / sqrt(inputs), so this gives hidden units of about 1.
  return {
    weight: Float32Array.from({ length: inputs * outputs }, () => Math.SQRT2 * random.normal()),
    bias: new Float32Array(outputs),
  };
}
