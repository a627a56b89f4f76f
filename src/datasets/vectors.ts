import type { ArtifactStore } from '../artifacts/store.js';

/** Vectors of all rows of a data set that an encoder made, kept so that nobody has to make them again. They may go at any time. */
export interface StoredVectors {
  /** [rows, dimensions]; undefined where they are not stored. */
  get(digest: string, encoder: string, rows: number, dimensions: number): Promise<Float32Array | undefined>;
  put(digest: string, encoder: string, vectors: Float32Array): Promise<void>;
  /** Deletes those of all encoders. */
  delete(digest: string): Promise<void>;
}

/** More are not worth their place on the disk: 1 GB, or 700,000 rows of 384 numbers. */
const MOST_BYTES = 2 ** 30;

/** Vectors on an artifact store: `datasets/vectors/<digest of the rows>/<encoder>`, float32, little-endian. */
export function storedVectorsOn(store: ArtifactStore): StoredVectors {
  const key = (digest: string, encoder: string) => `datasets/vectors/${digest}/${encoder}`;
  return {
    async get(digest, encoder, rows, dimensions) {
      if (4 * rows * dimensions > MOST_BYTES) return undefined;
      const bytes = await store.get(key(digest, encoder));
      if (bytes?.length !== 4 * rows * dimensions) return undefined;
      const aligned = bytes.byteOffset % 4 === 0 ? bytes : Buffer.from(new Uint8Array(bytes));
      return new Float32Array(aligned.buffer, aligned.byteOffset, rows * dimensions);
    },
    async put(digest, encoder, vectors) {
      const bytes = new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength);
      if (bytes.length <= MOST_BYTES) await store.create(key(digest, encoder), bytes);
    },
    delete: (digest) => store.delete(`datasets/vectors/${digest}`),
  };
}
