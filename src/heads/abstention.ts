import { argmax } from './forward.js';
import type { Abstention } from './head.js';

/**
 * How much a text looks like one of the label it would be given, 0 to 1: the label's score times the cosine of the text and the
 * label's centre. The score alone is misled by texts far from all that was learned, the distance alone by labels that lie close
 * together; docs/models.md has the figures.
 * @param vector the text's embedding
 * @param scores of the labels
 */
export function scopeScore({ centres }: Abstention, vector: Float32Array, scores: Float32Array): number {
  const label = argmax(scores);
  const centre = centres.subarray(label * vector.length, (label + 1) * vector.length);
  if (!centre.some((number) => number !== 0)) return scores[label];
  let [product, squares] = [0, 0];
  for (let i = 0; i < vector.length; i++) {
    product += centre[i] * vector[i];
    squares += vector[i] * vector[i];
  }
  return squares === 0 ? 0 : scores[label] * Math.max(0, product / Math.sqrt(squares));
}

/**
 * The mean direction of each label's rows.
 * @param vectors of the rows, [rows, dimensions]
 * @param labels the place of each row's label; undefined where it has none
 * @param count of labels
 * @returns [count, dimensions]; zeros for a label without rows
 */
export function labelCentres(
  vectors: Float32Array,
  dimensions: number,
  labels: readonly (number | undefined)[],
  count: number,
): Float32Array {
  const sums = new Float64Array(count * dimensions);
  labels.forEach((label, row) => {
    if (label !== undefined)
      for (let i = 0; i < dimensions; i++) sums[label * dimensions + i] += vectors[row * dimensions + i];
  });
  const centres = new Float32Array(sums.length);
  for (let label = 0; label < count; label++) {
    const sum = sums.subarray(label * dimensions, (label + 1) * dimensions);
    const length = Math.sqrt(sum.reduce((total, each) => total + each * each, 0));
    if (length > 0) for (let i = 0; i < dimensions; i++) centres[label * dimensions + i] = sum[i] / length;
  }
  return centres;
}
