import { sealed, unsealed } from './seal.js';
import type { ArtifactStore } from './store.js';

/** A value and the generation it was read at, to be handed back when it is to be replaced. */
export interface Generation<T> {
  readonly generation: number;
  readonly value: T;
}

/**
 * A JSON value that several processes change without losing each other's changes: compare-and-set on top of a store
 * that can only create. Generation n is the object `<key>/<n>`, and setting means creating n + 1, which only one process
 * can. Old generations stay, and so tell what the value was before: right for values that change a few times (the
 * aliases of a model, the status of a job), not for counters. Generations have no gaps, and go all at once, with the register.
 */
export interface Register<T> {
  /** The newest value, or undefined where none was ever set. */
  read(): Promise<Generation<T> | undefined>;
  /** The number of the newest generation; 0 where none was ever set. */
  newest(): Promise<number>;
  /** The value of a generation, which never changes. @throws Error where there is none */
  at(generation: number): Promise<T>;
  /** Sets the value if nobody else has since `from` was read (undefined: never set); false where somebody has. */
  set(from: Generation<T> | undefined, value: T): Promise<boolean>;
  /**
   * Reads, changes and sets, again and again until nobody came between.
   * @param change the next value; undefined leaves everything as it is
   * @returns what the register holds afterwards
   */
  update(change: (value: T | undefined) => T | undefined): Promise<T | undefined>;
}

/**
 * @param what it holds, such as `the record of job x`: where it is damaged, whoever reads or changes it gets ManyheadError DAMAGED
 * @param parse the value from the JSON text that was stored; throws where it is not a T
 */
export function register<T>(store: ArtifactStore, key: string, what: string, parse: (text: string) => T): Register<T> {
  const newest = async (): Promise<number> =>
    (await store.list(key))
      .map(Number)
      .filter(Number.isSafeInteger)
      .reduce((most, each) => Math.max(most, each), 0);

  /** The last of the generations from one on; undefined where that one is not there. */
  const lastFrom = async (first: number): Promise<Generation<Buffer> | undefined> => {
    let last: Generation<Buffer> | undefined;
    for (let generation = first; ; generation++) {
      const value = generation > 0 ? await store.get(`${key}/${name(generation)}`) : undefined;
      if (value === undefined) return last;
      last = { generation, value };
    }
  };

  /** Where the last reading ended. The next goes on from there: to list thousands takes long. */
  let known = 0;

  const read = async (): Promise<Generation<T> | undefined> => {
    const last = (await lastFrom(known)) ?? (await lastFrom(await newest()));
    known = last?.generation ?? 0;
    return last && { generation: last.generation, value: unsealed(what, last.value, parse) };
  };

  const set = (from: Generation<T> | undefined, value: T): Promise<boolean> =>
    store.create(`${key}/${name((from?.generation ?? 0) + 1)}`, sealed(value));

  return {
    read,
    newest,
    async at(generation) {
      const bytes = await store.get(`${key}/${name(generation)}`);
      if (bytes === undefined) throw new Error(`generation ${generation} of ${key} is gone`);
      return unsealed(what, bytes, parse);
    },
    set,
    async update(change) {
      for (;;) {
        const current = await read();
        const next = change(current?.value);
        if (next === undefined) return current?.value;
        if (await set(current, next)) return next;
      }
    },
  };
}

const name = (generation: number): string => String(generation).padStart(8, '0');
