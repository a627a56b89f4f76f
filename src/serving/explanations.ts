import { LRUCache } from 'lru-cache';
import { type Example, labelsOf } from '../datasets/example.js';
import type { Datasets } from '../datasets/store.js';
import { type NearestIndex, nearestIndex } from '../nearest/nearest.js';
import type { ModelVersion } from '../registry/version.js';
import { labelledRows } from '../training/answers.js';
import type { Asker, DatasetVectors } from './dataset-vectors.js';
import type { Encoders } from './encoders.js';
import { rowsLearnedFrom } from './learned-rows.js';

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
   * @throws ManyheadError CONFLICT where their vectors are not stored, and they are too many to be made here; what counting and
   *   encoding throw
   */
  nearest(version: ModelVersion, task: string, text: string, first: number, asker: Asker): Promise<NearestExample[]>;
}

/** A data set as one encoder sees it. */
interface Known {
  readonly examples: readonly Example[];
  readonly index: NearestIndex;
  readonly bytes: number;
}

/** @param memoryBytes that data sets may take which were asked for lately */
export function explanationsOn(
  datasets: Datasets,
  vectors: DatasetVectors,
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

  const load = async (version: ModelVersion, { spendTexts }: Asker): Promise<Known> => {
    const examples = await datasets.rows(version.datasetDigest);
    // Others may wait for them by the time that whoever asked first has gone away.
    const all = await vectors.of(version.datasetDigest, examples, version, { spendTexts });
    const index = nearestIndex(all, version.encoder.dimensions);
    const texts = examples.reduce((sum, { text }) => sum + 2 * text.length, 0);
    return { examples, index, bytes: index.bytes + texts + BYTES_A_ROW * examples.length };
  };

  const knownOf = (version: ModelVersion, asker: Asker): Promise<Known> => {
    const key = `${version.datasetDigest} ${version.encoder.id}`;
    const ready = known.get(key);
    if (ready) return Promise.resolve(ready);
    const begun = loading.get(key);
    // What refuses whoever asked first may let in who asked next.
    if (begun) return begun.catch(() => knownOf(version, asker));
    const fresh = load(version, asker)
      .then((loaded) => {
        known.set(key, loaded);
        return loaded;
      })
      .finally(() => loading.delete(key));
    loading.set(key, fresh);
    return fresh;
  };

  const rowsOf = (version: ModelVersion, task: string, examples: readonly Example[]): Uint8Array => {
    const key = `${version.model} ${version.number} ${task}`;
    const before = learned.get(key);
    if (before) return before;
    const rows = new Uint8Array(examples.length);
    for (const row of labelledRows(examples, task, rowsLearnedFrom(version, examples))) rows[row] = 1;
    learned.set(key, rows);
    return rows;
  };

  return {
    async nearest(version, task, text, first, asker) {
      const { examples, index } = await knownOf(version, asker);
      const [{ vector }] = await encoders.use(version.encoder, (encoder) => encoder.encode([text], asker));
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
