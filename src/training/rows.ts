import type { Example } from '../datasets/example.js';

/** Rows and the embedding of each, computed once. */
export interface EmbeddedRows {
  readonly examples: readonly Example[];
  /** [rows, dimensions] */
  readonly vectors: Float32Array;
  readonly dimensions: number;
}

/** The vector of a row, [dimensions], where it lies. */
export const vectorOf = ({ vectors, dimensions }: EmbeddedRows, row: number): Float32Array =>
  vectors.subarray(row * dimensions, (row + 1) * dimensions);

/** The vectors of some rows one after the other, [rows, dimensions]. */
export function gather(rows: EmbeddedRows, which: readonly number[]): Float32Array {
  const gathered = new Float32Array(which.length * rows.dimensions);
  which.forEach((row, place) => {
    gathered.set(vectorOf(rows, row), place * rows.dimensions);
  });
  return gathered;
}
