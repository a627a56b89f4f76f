import type { Example } from '../datasets/example.js';

/** Rows and the embedding of each, computed once. */
export interface EmbeddedRows {
  readonly examples: readonly Example[];
  /** [rows, dimensions] */
  readonly vectors: Float32Array;
  readonly dimensions: number;
}

/** The vectors of some rows one after the other, [rows, dimensions]. */
export function gather({ vectors, dimensions }: EmbeddedRows, rows: readonly number[]): Float32Array {
  const gathered = new Float32Array(rows.length * dimensions);
  rows.forEach((row, place) => {
    gathered.set(vectors.subarray(row * dimensions, (row + 1) * dimensions), place * dimensions);
  });
  return gathered;
}
