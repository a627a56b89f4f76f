import { setImmediate as nextTurn } from 'node:timers/promises';
import { symmetricEigen } from './eigen.js';

/** The directions in which vectors differ most, the strongest first. */
export interface PrincipalComponents {
  readonly dimensions: number;
  /** [dimensions], what the vectors have in common. */
  readonly mean: Float32Array;
  /** [dimensions, dimensions], a direction of length 1 a row. */
  readonly components: Float32Array;
  /** Variance along each, [dimensions]. */
  readonly variances: Float32Array;
}

/** Vectors that are added up before the event loop has its turn. */
const VECTORS_A_TURN = 256;

/**
 * Principal component analysis (Jolliffe 2002) through the covariance matrix. The sign of each direction is the one that makes
 * its largest number positive, so that the same vectors give the same directions.
 * @param vectors [rows, dimensions]
 */
export async function principalComponents(vectors: Float32Array, dimensions: number): Promise<PrincipalComponents> {
  const rows = vectors.length / dimensions;
  const mean = new Float64Array(dimensions);
  for (let i = 0; i < vectors.length; i++) mean[i % dimensions] += vectors[i] / rows;
  const covariance = new Float64Array(dimensions * dimensions);
  const centred = new Float64Array(dimensions);
  for (let row = 0; row < rows; row++) {
    if (row % VECTORS_A_TURN === 0) await nextTurn();
    for (let i = 0; i < dimensions; i++) centred[i] = vectors[row * dimensions + i] - mean[i];
    for (let i = 0; i < dimensions; i++) {
      const [factor, start] = [centred[i] / rows, i * dimensions];
      for (let j = 0; j <= i; j++) covariance[start + j] += factor * centred[j];
    }
  }
  const { values, vectors: directions } = symmetricEigen(covariance, dimensions);
  const components = new Float32Array(dimensions * dimensions);
  for (let row = 0; row < dimensions; row++) {
    const direction = directions.subarray(row * dimensions, (row + 1) * dimensions);
    const largest = direction.reduce((best, each) => (Math.abs(each) > Math.abs(best) ? each : best), 0);
    for (let i = 0; i < dimensions; i++) components[row * dimensions + i] = largest < 0 ? -direction[i] : direction[i];
  }
  return {
    dimensions,
    mean: Float32Array.from(mean),
    components,
    variances: Float32Array.from(values, (value) => Math.max(0, value)),
  };
}

/** A vector along the strongest directions, [numbers]; the mean stays in, as cosines are taken between whole vectors. */
export function alongComponents(
  { dimensions, components }: PrincipalComponents,
  vector: Float32Array,
  numbers: number,
): Float32Array {
  return Float32Array.from({ length: numbers }, (_, row) => {
    let sum = 0;
    for (let i = 0; i < dimensions; i++) sum += components[row * dimensions + i] * vector[i];
    return sum;
  });
}
