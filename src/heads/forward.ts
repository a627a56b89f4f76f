import { type Head, type Layer, MULTI_LABEL_THRESHOLD } from './head.js';

/**
 * The logits of one text, computed without TensorFlow: for one vector at a time its start-up and its copies cost more
 * than the arithmetic.
 * @param vector the text's embedding, [dimensions]
 * @returns [labels], before the temperature
 */
export function logits(head: Head, vector: Float32Array): Float32Array {
  return dense(head.output, head.hidden ? dense(head.hidden, vector).map(gelu) : vector);
}

/**
 * The score of every label: softmax over the labels (SINGLE_LABEL; sums to 1) or a sigmoid each (MULTI_LABEL), of the
 * logits divided by the head's temperature.
 */
export function scores({ kind, temperature }: Pick<Head, 'kind' | 'temperature'>, logits: Float32Array): Float32Array {
  const scaled = logits.map((logit) => logit / temperature);
  if (kind === 'MULTI_LABEL') return scaled.map((logit) => 1 / (1 + Math.exp(-logit)));
  const top = scaled.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = scaled.map((logit) => Math.exp(logit - top));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/**
 * The places of the labels that a text is given: the best one (SINGLE_LABEL), or every one over its threshold.
 * @param scores of the labels
 */
export function givenLabels({ kind, thresholds }: Pick<Head, 'kind' | 'thresholds'>, scores: Float32Array): number[] {
  if (kind === 'SINGLE_LABEL') return [argmax(scores)];
  return [...scores.keys()].filter((label) => scores[label] >= (thresholds?.[label] ?? MULTI_LABEL_THRESHOLD));
}

/** The place of the largest number; the first of them where several are. */
export function argmax(numbers: Float32Array): number {
  let best = 0;
  for (let i = 1; i < numbers.length; i++) if (numbers[i] > numbers[best]) best = i;
  return best;
}

function dense({ weight, bias }: Layer, input: Float32Array): Float32Array {
  const sums = Float64Array.from(bias);
  const width = bias.length;
  for (let i = 0; i < input.length; i++) {
    const x = input[i];
    const row = i * width;
    for (let j = 0; j < width; j++) sums[j] += x * weight[row + j];
  }
  return Float32Array.from(sums);
}

/** x times the normal distribution's share below x, in its tanh form (Hendrycks & Gimpel 2016). */
const gelu = (x: number): number => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
