import { createHash } from 'node:crypto';
import type { ArtifactStore } from '../artifacts/store.js';
import { WEIGHTS } from '../encoder/folder.js';

/** Encoders that learned, each stored once. */
export interface StoredEncoders {
  /**
   * Stores the files of an encoder, whole or not at all; where the same weights are there already, they only count as young again.
   * @returns its id: sha256 of its weights
   */
  put(files: ReadonlyMap<string, Uint8Array>): Promise<string>;
  /** The folder of an encoder on this machine. @throws Error where it is gone */
  folder(id: string): Promise<string>;
  delete(id: string): Promise<void>;
  /** Those that were stored so long ago that whoever stored them has made a version since, or never will. */
  old(): Promise<readonly string[]>;
  /** Deletes one of those, unless somebody has stored it again meanwhile. */
  deleteOld(id: string): Promise<void>;
}

/** Between an encoder and the version that reads from it pass moments; this is an hour, in milliseconds. */
const OLD = 60 * 60 * 1000;

/** Encoders on an artifact store: `encoders/<sha256>/`, a folder in Hugging Face layout. */
export function storedEncodersOn(store: ArtifactStore): StoredEncoders {
  const key = (id: string) => `encoders/${id}`;
  return {
    async put(files) {
      const weights = files.get(WEIGHTS);
      if (weights === undefined) throw new Error('an encoder without weights cannot be stored');
      const id = createHash('sha256').update(weights).digest('hex');
      while (!(await store.createAll(key(id), files))) if (await store.touch(key(id))) break;
      return id;
    },
    async folder(id) {
      const folder = await store.localFolder(key(id));
      if (folder === undefined) throw new Error(`encoder ${id} is gone`);
      return folder;
    },
    delete: (id) => store.delete(key(id)),
    async old() {
      const ids = await store.list('encoders');
      const ages = await Promise.all(ids.map((id) => store.age(key(id))));
      return ids.filter((_, index) => (ages[index] ?? 0) > OLD);
    },
    async deleteOld(id) {
      await store.deleteOlder(key(id), OLD);
    },
  };
}
