import { dotKernel, stride } from './dot-kernel.js';

export interface Neighbour {
  readonly row: number;
  /** Cosine, -1 to 1. */
  readonly similarity: number;
}

export interface NearestIndex {
  /** What it takes in memory. */
  readonly bytes: number;
  /**
   * The rows nearest to a vector, nearest first; the earlier of two that are as near.
   * @param among 1 for every row that may be found; all of them where undefined
   */
  nearest(vector: Float32Array, first: number, among?: Uint8Array): Neighbour[];
}

/**
 * An index that compares with every row. Vectors of length 1 are kept in 16 bits a number: a cosine is then right to some 1e-5,
 * and by Cauchy and Schwarz no sum of products is beyond 32 bits.
 * @param vectors [rows, dimensions]
 */
export function nearestIndex(vectors: Float32Array, dimensions: number): NearestIndex {
  const rows = vectors.length / dimensions;
  const width = Math.ceil(dimensions / stride) * stride;
  const kernel = dotKernel(rows, width);
  for (let row = 0; row < rows; row++)
    rounded(
      vectors.subarray(row * dimensions, (row + 1) * dimensions),
      kernel.rows.subarray(row * width, (row + 1) * width),
    );
  const query = new Int16Array(width);
  return {
    bytes: 2 * width * rows + 20 * rows,
    nearest(vector, first, among) {
      rounded(vector, query);
      return largest(kernel.products(query), Math.min(first, rows), among).map(({ row, product }) => ({
        row,
        similarity: Math.max(-1, Math.min(1, product / SCALE ** 2)),
      }));
    },
  };
}

const SCALE = 32_767;

/** A vector of length 1 in 16-bit numbers; zeros stay zeros. */
function rounded(vector: Float32Array, into: Int16Array): void {
  let squares = 0;
  for (const number of vector) squares += number * number;
  const scale = squares > 0 ? SCALE / Math.sqrt(squares) : 0;
  for (let i = 0; i < vector.length; i++) into[i] = Math.round(vector[i] * scale);
}

function largest(
  products: Int32Array,
  count: number,
  among: Uint8Array | undefined,
): { row: number; product: number }[] {
  const best: { row: number; product: number }[] = [];
  if (count === 0) return best;
  let least = -Infinity;
  for (let row = 0; row < products.length; row++) {
    const product = products[row];
    if ((best.length === count && product <= least) || among?.[row] === 0) continue;
    let place = best.length;
    while (place > 0 && best[place - 1].product < product) place -= 1;
    best.splice(place, 0, { row, product });
    if (best.length > count) best.pop();
    if (best.length === count) least = best[count - 1].product;
  }
  return best;
}
