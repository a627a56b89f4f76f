import type { Example } from '../src/datasets/example.js';
import type { Encoder } from '../src/encoder/open.js';
import { ManyheadError } from '../src/errors.js';
import type { EmbeddedRows } from '../src/training/rows.js';
import type { Rooms } from './learned.js';

/**
 * The vectors of some rows; those of the others are left zero.
 * @param onProgress told how many of them are done
 * @throws signal.reason when aborted
 */
export async function embed(
  examples: readonly Example[],
  which: readonly number[],
  encoder: Encoder,
  signal: AbortSignal,
  onProgress: (done: number, rows: number) => void,
): Promise<EmbeddedRows> {
  const { dimensions } = encoder;
  const vectors = new Float32Array(examples.length * dimensions);
  const encoded = await encoder.encode(
    which.map((row) => examples[row].text),
    { signal, onProgress: (done) => onProgress(done, which.length) },
  );
  encoded.forEach(({ vector }, place) => {
    vectors.set(vector, which[place] * dimensions);
  });
  return { examples, vectors, dimensions };
}

/**
 * The vectors of all rows of a data set: those that an earlier job has stored, or new ones, which are stored for later jobs and
 * for `explain`.
 * @param digest of the rows
 * @param onProgress told how many are encoded, while there are any to encode
 */
export async function embedDataset(
  digest: string,
  examples: readonly Example[],
  encoder: Encoder,
  { vectors: stored }: Pick<Rooms, 'vectors'>,
  signal: AbortSignal,
  onProgress: (done: number, rows: number) => void,
): Promise<EmbeddedRows> {
  const { id, dimensions } = encoder;
  const known = await stored.get(digest, id, examples.length, dimensions);
  if (known) return { examples, vectors: known, dimensions };
  const rows = await embed(examples, [...examples.keys()], encoder, signal, onProgress);
  // Without room for them the job goes on: they only save time.
  await stored.put(digest, id, rows.vectors).catch((error) => {
    if (!isFull(error)) throw error;
  });
  return rows;
}

const isFull = (error: unknown): boolean => error instanceof ManyheadError && error.code === 'STORAGE_FULL';
