import { LRUCache } from 'lru-cache';
import { type Example, labelsOf } from '../datasets/example.js';
import type { Datasets } from '../datasets/store.js';
import type { StoredVectors } from '../datasets/vectors.js';
import { ManyheadError } from '../errors.js';
import { type NearestIndex, nearestIndex } from '../nearest/nearest.js';
import type { ModelVersion } from '../registry/version.js';
import { drawSplit } from '../training/split.js';
import type { Encoders } from './encoders.js';

/** A row that a version learned from, and how much a text is like it. */
export interface NearestExample {
  /** Its place in the data set, from 0. */
  readonly row: number;
  readonly text: string;
  readonly labels: readonly string[];
  /** Cosine, -1 to 1. */
  readonly similarity: number;
}

export interface Explanations {
  /**
   * The rows nearest to a text among those that a version learned a task from.
   * @throws ManyheadError CONFLICT where their vectors are not stored, and they are too many to be made here
   */
  nearest(version: ModelVersion, task: string, text: string, first: number): Promise<NearestExample[]>;
}

/** Rows whose vectors are made when they are asked for and not stored. */
const MOST_EMBEDDED = 4096;

/** A data set as one encoder sees it. */
interface Known {
  readonly examples: readonly Example[];
  readonly index: NearestIndex;
  readonly bytes: number;
}

/** @param memoryBytes that data sets may take which were asked for lately */
export function explanationsOn(
  datasets: Datasets,
  vectors: StoredVectors,
  encoders: Encoders,
  memoryBytes: number,
): Explanations {
  const known = new LRUCache<string, Known>({
    maxSize: Math.max(1, memoryBytes),
    sizeCalculation: ({ bytes }) => bytes,
  });
  const loading = new Map<string, Promise<Known>>();
  /** Which rows a version learned a task from: 1 for each of them. */
  const learned = new LRUCache<string, Uint8Array>({ max: 64 });

  const load = async ({ number, datasetDigest, encoder }: ModelVersion): Promise<Known> => {
    const examples = await datasets.rows(datasetDigest);
    const { id, dimensions } = encoder;
    const stored = await vectors.get(datasetDigest, id, examples.length, dimensions);
    if (stored === undefined && examples.length > MOST_EMBEDDED)
      throw new ManyheadError(
        'CONFLICT',
        `the vectors of the ${examples.length} rows that version ${number} learned from are not stored: an evaluate job of it on that data set stores them.`,
        'version',
      );
    const index = nearestIndex(stored ?? (await embedded(examples, encoder)), dimensions);
    const texts = examples.reduce((sum, { text }) => sum + 2 * text.length, 0);
    return { examples, index, bytes: index.bytes + texts + BYTES_A_ROW * examples.length };
  };

  const embedded = async (examples: readonly Example[], reference: ModelVersion['encoder']): Promise<Float32Array> => {
    const all = new Float32Array(examples.length * reference.dimensions);
    const encoded = await encoders.use(reference, (encoder) => encoder.encode(examples.map(({ text }) => text)));
    for (const [row, { vector }] of encoded.entries()) all.set(vector, row * reference.dimensions);
    return all;
  };

  const knownOf = (version: ModelVersion): Promise<Known> => {
    const key = `${version.datasetDigest} ${version.encoder.id}`;
    const ready = known.get(key);
    if (ready) return Promise.resolve(ready);
    const begun = loading.get(key);
    if (begun) return begun;
    const fresh = load(version)
      .then((loaded) => {
        known.set(key, loaded);
        return loaded;
      })
      .finally(() => loading.delete(key));
    loading.set(key, fresh);
    return fresh;
  };

  const rowsOf = (version: ModelVersion, task: string, examples: readonly Example[]): Uint8Array => {
    const { model, number, tasks, validationSplit, seed } = version;
    const key = `${model} ${number} ${task}`;
    const before = learned.get(key);
    if (before) return before;
    const names = tasks.map((each) => each.task);
    const { training } = drawSplit(examples, version.learnedTasks ?? names, validationSplit, seed);
    const rows = new Uint8Array(examples.length);
    for (const row of training) if (labelsOf(examples[row], task)) rows[row] = 1;
    learned.set(key, rows);
    return rows;
  };

  return {
    async nearest(version, task, text, first) {
      const { examples, index } = await knownOf(version);
      const [{ vector }] = await encoders.use(version.encoder, (encoder) => encoder.encode([text]));
      return index.nearest(vector, first, rowsOf(version, task, examples)).map(({ row, similarity }) => ({
        row,
        text: examples[row].text,
        labels: labelsOf(examples[row], task) ?? [],
        similarity,
      }));
    },
  };
}

/** What a row takes beside its text. */
const BYTES_A_ROW = 200;
