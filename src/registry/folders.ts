import { LRUCache } from 'lru-cache';
import type { ArtifactStore } from '../artifacts/store.js';
import { isName } from '../names.js';

/** Of the files of a version, the one that makes it one. */
export const VERSION = 'version.json';

export const folderOf = (model: string, number: number): string => `models/${model}/versions/${number}`;

/** The folders of versions, deleted ones among them. */
export interface VersionFolders {
  /** Their numbers, ascending, whatever is in them. */
  of(model: string): Promise<readonly number[]>;
  /** Those of these that have a version.json, as far as is known: one that had it is not looked into again. */
  withVersion(model: string, numbers: readonly number[]): Promise<readonly number[]>;
  /** One is looked into again the next time. */
  lookAgain(model: string, number: number): void;
}

/** Folders that are known to have a version.json: a model may have thousands. */
const MOST_KNOWN = 10_000;

export function versionFoldersOn(store: ArtifactStore): VersionFolders {
  const known = new LRUCache<string, true>({ max: MOST_KNOWN });
  const hasVersion = async (folder: string): Promise<boolean> => {
    if (known.has(folder)) return true;
    const has = (await store.list(folder)).includes(VERSION);
    if (has) known.set(folder, true);
    return has;
  };
  return {
    async of(model) {
      const names = isName(model) ? await store.list(`models/${model}/versions`) : [];
      return names
        .map(Number)
        .filter((number) => Number.isSafeInteger(number) && number > 0)
        .sort((a, b) => a - b);
    },
    async withVersion(model, numbers) {
      const have = await Promise.all(numbers.map((number) => hasVersion(folderOf(model, number))));
      return numbers.filter((_, index) => have[index]);
    },
    lookAgain(model, number) {
      known.delete(folderOf(model, number));
    },
  };
}
