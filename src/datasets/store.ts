import { createHash } from 'node:crypto';
import { register } from '../artifacts/register.js';
import type { ArtifactStore } from '../artifacts/store.js';
import { badInput, damaged, ManyheadError, notFound, shown, systemCode } from '../errors.js';
import { isName } from '../names.js';
import { rowCounter, type SplitCount } from './count.js';
import type { DatasetTask, Example } from './example.js';
import { inspection, type TokenLimit } from './inspection.js';

/** A data set by name. Its rows are stored under their digest, so that a version's data can be shown again. */
export interface Dataset {
  readonly name: string;
  readonly digest: string;
  readonly rows: number;
  readonly createdAt: string;
  readonly tasks: readonly DatasetTask[];
  /** Rows that say which split they belong to. */
  readonly splits: readonly SplitCount[];
  readonly warnings: readonly string[];
}

export interface Datasets {
  /** Stores rows without a name. @returns their digest: sha256 of the rows as JSON lines */
  putRows(examples: readonly Example[]): Promise<string>;
  /** The rows of a digest. @throws ManyheadError DAMAGED where they are others, or not there */
  rows(digest: string): Promise<readonly Example[]>;
  /** The same one after the other, in constant memory: that they are others may be found out at their end only. */
  stream(digest: string): AsyncIterable<Example>;
  /**
   * Stores rows under a name, in constant memory; what the name meant before stays until all of them are there, and stays
   * readable by its digest.
   * @param limit of the encoder, for warnings
   * @param mayReplace throws where what the name means must not be replaced; not asked where it means these rows already
   * @throws what `rows` throws, and nothing is stored; ManyheadError BAD_USER_INPUT where there are none
   */
  create(
    name: string,
    rows: Iterable<Example> | AsyncIterable<Example>,
    limit?: TokenLimit,
    mayReplace?: (before: Dataset | undefined) => void,
  ): Promise<Dataset>;
  /**
   * Stores rows that are made from those that a name means, in their place, in constant memory.
   * @param digest of the rows that the name must mean, before and after they are made
   * @throws ManyheadError CONFLICT where it means others, NOT_FOUND where there is no such data set; what `create` throws
   */
  revise(
    name: string,
    digest: string,
    rows: (before: AsyncIterable<Example>) => AsyncIterable<Example>,
    limit?: TokenLimit,
  ): Promise<Dataset>;
  names(): Promise<readonly string[]>;
  find(name: string): Promise<Dataset | undefined>;
  /** @throws ManyheadError NOT_FOUND listing the data sets there are */
  get(name: string, field: string): Promise<Dataset>;
  /** Forgets the name; the rows stay for those who know their digest. @returns false where there was none */
  delete(name: string): Promise<boolean>;
  /** Makes sure that the rows of a digest are there for another hour; false where they are gone. */
  keep(digest: string): Promise<boolean>;
  /** The digests of rows that no name means, and that nobody has stored or kept for an hour. */
  nameless(): Promise<readonly string[]>;
  /** Deletes the rows of one of those, unless somebody has stored or kept them meanwhile. */
  deleteNameless(digest: string): Promise<void>;
}

/** Between the storing of rows and a name, job or version that needs them pass moments; this is an hour, in milliseconds. */
const OLD = 60 * 60 * 1000;

/** Rows are written in pieces of about this many bytes. */
const PIECE = 1 << 20;

/** Data sets on an artifact store: `datasets/rows/<digest>.jsonl`, and `datasets/names/<name>/` for what a name means. */
export function datasetsOn(store: ArtifactStore): Datasets {
  const named = (name: string) => register(store, `datasets/names/${name}`, `data set ${shown(name)}`, parseDataset);
  const rowsKey = (digest: string) => `datasets/rows/${digest}.jsonl`;

  /** @returns the digest of the rows that passed */
  const write = async (rows: Iterable<Example> | AsyncIterable<Example>): Promise<string> => {
    const hash = createHash('sha256');
    let digest = '';
    await store.createFrom(async (append) => {
      const flush = async (lines: readonly string[]) => {
        const bytes = Buffer.from(lines.join(''));
        hash.update(bytes);
        await append(bytes);
      };
      let [lines, length]: [string[], number] = [[], 0];
      for await (const row of rows) {
        const line = `${JSON.stringify(row)}\n`;
        lines.push(line);
        length += line.length;
        if (length < PIECE) continue;
        await flush(lines);
        [lines, length] = [[], 0];
      }
      await flush(lines);
      digest = hash.digest('hex');
      return rowsKey(digest);
    });
    return digest;
  };

  async function* stored(digest: string): AsyncGenerator<Buffer> {
    try {
      yield* store.stream(rowsKey(digest));
    } catch (error) {
      throw systemCode(error) === 'ENOENT' ? damagedRows(digest) : error;
    }
  }

  async function* stream(digest: string): AsyncGenerator<Example> {
    const [decoder, hash] = [new TextDecoder(), createHash('sha256')];
    const readRow = (line: string) => parseExample(line, digest);
    let rest = '';
    for await (const bytes of stored(digest)) {
      hash.update(bytes);
      const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield readRow(line);
    }
    if (rest !== '') yield readRow(rest);
    if (hash.digest('hex') !== digest) throw damagedRows(digest);
  }

  const find = async (name: string) => (isName(name) ? (await named(name).read())?.value : undefined);
  const names = () => store.list('datasets/names');

  const get = async (name: string, field: string): Promise<Dataset> => {
    const dataset = await find(name);
    if (dataset === undefined) throw notFound(`${field} ${JSON.stringify(name)}`, await names(), field);
    return dataset;
  };

  /** Stores rows. @returns what there is to say of them under a name that does not mean them yet */
  const described = async (
    name: string,
    rows: Iterable<Example> | AsyncIterable<Example>,
    limit: TokenLimit | undefined,
  ): Promise<Dataset> => {
    const [counter, inspected] = [rowCounter(), inspection(limit)];
    const digest = await write(
      seenBy(rows, (row) => {
        counter.add(row);
        inspected.add(row);
      }),
    );
    const tasks = counter.tasks();
    return {
      name,
      digest,
      rows: counter.rows,
      createdAt: new Date().toISOString(),
      tasks,
      splits: counter.splits(),
      warnings: inspected.warnings(tasks),
    };
  };

  return {
    putRows: write,
    async rows(digest) {
      const examples: Example[] = [];
      for await (const example of stream(digest)) examples.push(example);
      return examples;
    },
    stream,
    async create(name, rows, limit, mayReplace = () => {}) {
      const dataset = await described(name, rows, limit);
      await named(name).update((current) => {
        if (current?.digest !== dataset.digest) mayReplace(current);
        return dataset;
      });
      return dataset;
    },
    async revise(name, digest, rows, limit) {
      const before = await get(name, 'dataset');
      if (before.digest !== digest) throw changed(name);
      const dataset = await described(name, rows(stream(digest)), limit);
      await named(name).update((current) => {
        if (current?.digest !== digest) throw changed(name);
        return dataset;
      });
      return dataset;
    },
    names,
    find,
    get,
    async delete(name) {
      if ((await find(name)) === undefined) return false;
      await store.delete(`datasets/names/${name}`);
      return true;
    },
    keep: (digest) => store.touch(rowsKey(digest)),
    async nameless() {
      const named = new Set<string | undefined>();
      for (const name of await names()) named.add((await find(name))?.digest);
      const nameless: string[] = [];
      for (const file of await store.list('datasets/rows')) {
        const digest = file.replace(/\.jsonl$/, '');
        if (!named.has(digest) && ((await store.age(rowsKey(digest))) ?? 0) > OLD) nameless.push(digest);
      }
      return nameless;
    },
    async deleteNameless(digest) {
      await store.deleteOlder(rowsKey(digest), OLD);
    },
  };
}

const changed = (name: string): ManyheadError =>
  new ManyheadError(
    'CONFLICT',
    `data set ${JSON.stringify(name)} has changed meanwhile, and is left as it is: look at it again.`,
    'digest',
  );

/** The same rows, each shown to somebody as it passes. @throws ManyheadError BAD_USER_INPUT where there are none */
async function* seenBy(
  rows: Iterable<Example> | AsyncIterable<Example>,
  see: (row: Example) => void,
): AsyncGenerator<Example> {
  let some = false;
  for await (const row of rows) {
    some = true;
    see(row);
    yield row;
  }
  if (!some) throw badInput('rows', 'there are no rows: give at least one.');
}

// An earlier release knew no splits.
const parseDataset = (text: string): Dataset => ({ splits: [], ...JSON.parse(text) });

/** The shape of a row was checked when it came in, and its bytes are checked by their digest. */
function parseExample(line: string, digest: string): Example {
  try {
    return JSON.parse(line);
  } catch {
    throw damagedRows(digest);
  }
}

const damagedRows = (digest: string) => damaged(`The file of the rows with digest ${digest}`);
