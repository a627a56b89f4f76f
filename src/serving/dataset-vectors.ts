import type { Example } from '../datasets/example.js';
import type { StoredVectors } from '../datasets/vectors.js';
import type { EncodeOptions } from '../encoder/open.js';
import { ManyheadError } from '../errors.js';
import type { SpendTexts } from '../operations/spending.js';
import type { ModelVersion } from '../registry/version.js';
import type { Encoders } from './encoders.js';

/** Rows whose vectors are made when they are asked for and not stored. */
const MOST_EMBEDDED = 4096;

/** Who waits for vectors, and what they count against where they have to be made. */
export interface Asker extends EncodeOptions {
  readonly spendTexts: SpendTexts;
  /** Told of rows of data sets that are read. @throws ManyheadError TOO_MANY_ROWS, CANCELLED */
  readonly countRows: (rows: number) => void;
}

/** The vectors of whole data sets, for those who wait for an answer: what a job has stored, or what is quickly made. */
export interface DatasetVectors {
  /**
   * The vectors of all rows, as a version's encoder sees them, [rows, dimensions].
   * @param digest of the rows
   * @throws ManyheadError CONFLICT where they are not stored, and too many to be made here; what counting and encoding throw
   */
  of(digest: string, examples: readonly Example[], version: ModelVersion, asker: Asker): Promise<Float32Array>;
}

export const datasetVectorsOn = (stored: StoredVectors, encoders: Encoders): DatasetVectors => ({
  async of(digest, examples, { encoder: reference, number }, { spendTexts, countRows: _, ...options }) {
    const { id, dimensions } = reference;
    const known = await stored.get(digest, id, examples.length, dimensions);
    if (known) return known;
    if (examples.length > MOST_EMBEDDED)
      throw new ManyheadError(
        'CONFLICT',
        `the vectors of these ${examples.length} rows as version ${number} sees them are not stored: an evaluate job of it on that data set stores them.`,
        'version',
      );
    await spendTexts(examples.length);
    const texts = examples.map(({ text }) => text);
    const encoded = await encoders.use(reference, (encoder) => encoder.encode(texts, options));
    const vectors = new Float32Array(examples.length * dimensions);
    for (const [row, { vector }] of encoded.entries()) vectors.set(vector, row * dimensions);
    return vectors;
  },
});
