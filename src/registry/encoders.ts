import { createHash } from 'node:crypto';
import type { ArtifactStore } from '../artifacts/store.js';
import { WEIGHTS } from '../encoder/folder.js';

/** Encoders that learned, each stored once. */
export interface StoredEncoders {
  /**
   * Stores the files of an encoder, whole or not at all; where the same weights are there already, nothing happens.
   * @returns its id: sha256 of its weights
   */
  put(files: ReadonlyMap<string, Uint8Array>): Promise<string>;
  /** The folder of an encoder on this machine. @throws Error where it is gone */
  folder(id: string): Promise<string>;
  delete(id: string): Promise<void>;
}

/** Encoders on an artifact store: `encoders/<sha256>/`, a folder in Hugging Face layout. */
export function storedEncodersOn(store: ArtifactStore): StoredEncoders {
  const key = (id: string) => `encoders/${id}`;
  return {
    async put(files) {
      const weights = files.get(WEIGHTS);
      if (weights === undefined) throw new Error('an encoder without weights cannot be stored');
      const id = createHash('sha256').update(weights).digest('hex');
      await store.createAll(key(id), files);
      return id;
    },
    async folder(id) {
      const folder = await store.localFolder(key(id));
      if (folder === undefined) throw new Error(`encoder ${id} is gone`);
      return folder;
    },
    delete: (id) => store.delete(key(id)),
  };
}
