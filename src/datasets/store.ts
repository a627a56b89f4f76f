import { createHash } from 'node:crypto';
import { register } from '../artifacts/register.js';
import type { ArtifactStore } from '../artifacts/store.js';
import { notFound } from '../errors.js';
import { isName } from '../names.js';
import { countTasks } from './count.js';
import type { DatasetTask, Example } from './example.js';

/** A data set by name. Its rows are stored under their digest, so that a version's data can be shown again. */
export interface Dataset {
  readonly name: string;
  readonly digest: string;
  readonly rows: number;
  readonly createdAt: string;
  readonly tasks: readonly DatasetTask[];
  readonly warnings: readonly string[];
}

export interface Datasets {
  /** Stores rows without a name. @returns their digest: sha256 of the rows as JSON lines */
  putRows(examples: readonly Example[]): Promise<string>;
  /** The rows of a digest. @throws Error where they are not there */
  rows(digest: string): Promise<readonly Example[]>;
  /** Stores rows under a name; what the name meant before stays readable by its digest. */
  create(name: string, examples: readonly Example[]): Promise<Dataset>;
  names(): Promise<readonly string[]>;
  find(name: string): Promise<Dataset | undefined>;
  /** @throws ManyheadError NOT_FOUND listing the data sets there are */
  get(name: string, field: string): Promise<Dataset>;
  /** Forgets the name; the rows stay for the versions trained on them. @returns false where there was none */
  delete(name: string): Promise<boolean>;
}

/** Data sets on an artifact store: `datasets/rows/<digest>.jsonl`, and `datasets/names/<name>/` for what a name means. */
export function datasetsOn(store: ArtifactStore): Datasets {
  const named = (name: string) => register(store, `datasets/names/${name}`, parseDataset);
  const rowsKey = (digest: string) => `datasets/rows/${digest}.jsonl`;

  const putRows = async (examples: readonly Example[]): Promise<string> => {
    const bytes = Buffer.from(examples.map((example) => `${JSON.stringify(example)}\n`).join(''));
    const digest = createHash('sha256').update(bytes).digest('hex');
    await store.create(rowsKey(digest), bytes);
    return digest;
  };
  const find = async (name: string) => (isName(name) ? (await named(name).read())?.value : undefined);
  const names = () => store.list('datasets/names');

  return {
    putRows,
    async rows(digest) {
      const bytes = await store.get(rowsKey(digest));
      if (bytes === undefined) throw new Error(`the rows of data set ${digest} are gone`);
      return bytes.toString('utf8').split('\n').filter(Boolean).map(parseExample);
    },
    async create(name, examples) {
      const digest = await putRows(examples);
      const dataset: Dataset = {
        name,
        digest,
        rows: examples.length,
        createdAt: new Date().toISOString(),
        tasks: countTasks(examples),
        warnings: warningsOf(examples),
      };
      await named(name).update(() => dataset);
      return dataset;
    },
    names,
    find,
    async get(name, field) {
      const dataset = await find(name);
      if (dataset === undefined) throw notFound(`${field} ${JSON.stringify(name)}`, await names(), field);
      return dataset;
    },
    async delete(name) {
      if ((await find(name)) === undefined) return false;
      await store.delete(`datasets/names/${name}`);
      return true;
    },
  };
}

/** What a person would want to know before training on these rows. */
function warningsOf(examples: readonly Example[]): string[] {
  const warnings: string[] = [];
  for (const { task, labels } of countTasks(examples)) {
    const few = labels.filter(({ rows }) => rows < 2).map(({ label }) => label);
    if (few.length > 0)
      warnings.push(
        `task ${task}: ${few.length} label(s) with one row only, too few to train on: ${few.slice(0, 10).join(', ')}`,
      );
  }
  const repeated = examples.length - new Set(examples.map(({ text }) => text)).size;
  if (repeated > 0) warnings.push(`${repeated} row(s) repeat the text of another row`);
  return warnings;
}

// What we wrote ourselves and flushed whole is taken at its word: the shape was checked when it came in.
const parseDataset = (text: string): Dataset => JSON.parse(text);
const parseExample = (line: string): Example => JSON.parse(line);
