import { RandomGenerator } from '../random/generator.js';

/** The first numbers of a vector. */
export const truncated = (vector: Float32Array, numbers: number): Float32Array => vector.slice(0, numbers);

/**
 * A vector times a random matrix, which keeps lengths and angles roughly as they are (Johnson & Lindenstrauss 1984). The
 * matrix is a matter of the two sizes and the seed alone, and the same for ever.
 */
export function randomlyProjected(vector: Float32Array, numbers: number, seed: number): Float32Array {
  const matrix = gaussianMatrix(vector.length, numbers, seed);
  return Float32Array.from({ length: numbers }, (_, row) => {
    let sum = 0;
    for (let i = 0; i < vector.length; i++) sum += matrix[row * vector.length + i] * vector[i];
    return sum;
  });
}

/** The vector scaled to length 1; a vector of zeros stays one. */
export function normalized(vector: Float32Array): Float32Array {
  let squares = 0;
  for (const number of vector) squares += number * number;
  const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
  return vector.map((number) => number * scale);
}

/** Matrices made lately, the latest used last: making one takes longer than using it. */
const recent = new Map<string, Float32Array>();
const mostRecent = 8;

/** Independent normal numbers of variance 1/to, [to, from]. */
function gaussianMatrix(from: number, to: number, seed: number): Float32Array {
  const key = `${from} ${to} ${seed}`;
  const matrix = recent.get(key) ?? makeMatrix(from, to, seed);
  recent.delete(key);
  recent.set(key, matrix);
  for (const oldest of recent.keys()) {
    if (recent.size <= mostRecent) break;
    recent.delete(oldest);
  }
  return matrix;
}

function makeMatrix(from: number, to: number, seed: number): Float32Array {
  const random = RandomGenerator.seeded(seed, 'projection');
  return Float32Array.from({ length: from * to }, () => random.normal() / Math.sqrt(to));
}
