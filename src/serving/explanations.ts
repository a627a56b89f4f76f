import { LRUCache } from 'lru-cache';
import { type Example, labelsOf } from '../datasets/example.js';
import type { Datasets } from '../datasets/store.js';
import { labelsAfter } from '../heads/renamed.js';
import { type NearestIndex, nearestIndex } from '../nearest/nearest.js';
import { type Learning, learnedIn } from '../registry/learned-in.js';
import { splitOf } from '../registry/learned-rows.js';
import type { Registry } from '../registry/registry.js';
import type { ModelVersion } from '../registry/version.js';
import { labelledRows } from '../training/answers.js';
import type { Asker, DatasetVectors } from './dataset-vectors.js';
import type { Encoders } from './encoders.js';

/** A row that a head learned from, and how much a text is like it. */
export interface NearestExample {
  /** The version in which the head learned from it. */
  readonly version: number;
  /** Its place in the data set of that version, from 0. */
  readonly row: number;
  readonly text: string;
  /** Under their present names. */
  readonly labels: readonly string[];
  /** Cosine, -1 to 1. */
  readonly similarity: number;
}

export interface Explanations {
  /**
   * The rows nearest to a text, as a version's encoder sees them, among those that its head of a task learned from: in this version,
   * or in one that it goes on from.
   * @throws ManyheadError CONFLICT where the version in which it learned is gone, or the vectors are not stored and too many to be
   *   made here; what counting and encoding throw
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
  registry: Registry,
  memoryBytes: number,
): Explanations {
  const known = new LRUCache<string, Known>({
    maxSize: Math.max(1, memoryBytes),
    sizeCalculation: ({ bytes }) => bytes,
  });
  const loading = new Map<string, Promise<Known>>();
  /** Which rows a version's head of a task learned from, labels that went since left out: 1 for each of them. */
  const learned = new LRUCache<string, Uint8Array>({ max: 64 });

  const load = async (digest: string, version: ModelVersion, { spendTexts, countRows }: Asker): Promise<Known> => {
    const examples = await datasets.rows(digest);
    countRows(examples.length);
    // Others may wait for them by the time that whoever asked first has gone away.
    const all = await vectors.of(digest, examples, version, { spendTexts, countRows });
    const index = nearestIndex(all, version.encoder.dimensions);
    const texts = examples.reduce((sum, { text }) => sum + 2 * text.length, 0);
    return { examples, index, bytes: index.bytes + texts + BYTES_A_ROW * examples.length };
  };

  const knownOf = (digest: string, version: ModelVersion, asker: Asker): Promise<Known> => {
    const key = `${digest} ${version.encoder.id}`;
    const ready = known.get(key);
    if (ready) return Promise.resolve(ready);
    const begun = loading.get(key);
    // What refuses whoever asked first may let in who asked next.
    if (begun) return begun.catch(() => knownOf(digest, version, asker));
    const fresh = load(digest, version, asker)
      .then((loaded) => {
        known.set(key, loaded);
        return loaded;
      })
      .finally(() => loading.delete(key));
    loading.set(key, fresh);
    return fresh;
  };

  const rowsOf = async (
    key: string,
    { version, task, reshapes }: Learning,
    examples: readonly Example[],
  ): Promise<Uint8Array> => {
    const before = learned.get(key);
    if (before) return before;
    const rows = new Uint8Array(examples.length);
    const labelsNow = labelsAfter(task, reshapes);
    const { training } = await splitOf(version, examples);
    for (const row of labelledRows(examples, task, training)) {
      const labels = labelsOf(examples[row], task) ?? [];
      rows[row] = labels.length === 0 || labelsNow(labels).length > 0 ? 1 : 0;
    }
    learned.set(key, rows);
    return rows;
  };

  return {
    async nearest(version, task, text, first, asker) {
      const learning = await learnedIn(version, task, registry);
      const { examples, index } = await knownOf(learning.version.datasetDigest, version, asker);
      const rows = await rowsOf(`${version.model} ${version.number} ${task}`, learning, examples);
      const labelsNow = labelsAfter(learning.task, learning.reshapes);
      const [{ vector }] = await encoders.use(version.encoder, (encoder) => encoder.encode([text], asker));
      return index.nearest(vector, first, rows).map(({ row, similarity }) => ({
        version: learning.version.number,
        row,
        text: examples[row].text,
        labels: labelsNow(labelsOf(examples[row], learning.task) ?? []),
        similarity,
      }));
    },
  };
}

/** What a row takes beside its text. */
const BYTES_A_ROW = 200;
