import { digestOf } from '../artifacts/digest.js';
import { sealed, unsealed } from '../artifacts/seal.js';
import type { ArtifactStore } from '../artifacts/store.js';
import { WEIGHTS } from '../encoder/folder.js';
import { damaged } from '../errors.js';

/** Encoders that learned, each stored once. */
export interface StoredEncoders {
  /**
   * Stores the files of an encoder, whole or not at all; where the same weights are there already, they only count as young again,
   * and where they are damaged, these take their place.
   * @returns its id: sha256 of its weights
   */
  put(files: ReadonlyMap<string, Uint8Array>): Promise<string>;
  /**
   * The folder of an encoder on this machine. Its weights are not looked at: whoever reads them compares them with the id.
   * @throws ManyheadError DAMAGED where it is gone, or a file beside the weights is not what was written
   */
  folder(id: string): Promise<string>;
  delete(id: string): Promise<void>;
  /** Those that were stored so long ago that whoever stored them has made a version since, or never will. */
  old(): Promise<readonly string[]>;
  /** Deletes one of those, unless somebody has stored it again meanwhile. */
  deleteOld(id: string): Promise<void>;
}

/** Between an encoder and the version that reads from it pass moments; this is an hour, in milliseconds. */
const OLD = 60 * 60 * 1000;

/** What is stored beside an encoder's files: their digests, but for that of the weights, which is its id. An earlier release wrote none. */
const DIGESTS = 'digests.json';

interface Digests {
  /** By the names of the files. */
  readonly sha256: Readonly<Record<string, string>>;
}

/** Encoders on an artifact store: `encoders/<sha256>/`, a folder in Hugging Face layout. */
export function storedEncodersOn(store: ArtifactStore): StoredEncoders {
  const key = (id: string) => `encoders/${id}`;
  const what = (id: string, file: string) => `${file} of the encoder ${id}`;

  /** @throws ManyheadError DAMAGED */
  const check = async (id: string, file: string, sha256: string): Promise<void> => {
    const bytes = await store.get(`${key(id)}/${file}`);
    if (bytes === undefined || digestOf(bytes) !== sha256) throw damaged(what(id, file));
  };

  /** @throws ManyheadError DAMAGED */
  const checkBesideWeights = async (id: string): Promise<void> => {
    const stored = await store.get(`${key(id)}/${DIGESTS}`);
    if (stored === undefined) return;
    const { sha256 } = unsealed(what(id, DIGESTS), stored, (text): Digests => JSON.parse(text));
    for (const [file, digest] of Object.entries(sha256)) await check(id, file, digest);
  };

  const isWhole = (id: string): Promise<boolean> =>
    Promise.all([check(id, WEIGHTS, id), checkBesideWeights(id)]).then(
      () => true,
      () => false,
    );

  return {
    async put(files) {
      const { [WEIGHTS]: id, ...sha256 } = Object.fromEntries(
        [...files].map(([name, bytes]) => [name, digestOf(bytes)]),
      );
      if (id === undefined) throw new Error('an encoder without weights cannot be stored');
      const digests: Digests = { sha256 };
      const whole = new Map([...files, [DIGESTS, sealed(digests)]]);
      while (!(await store.createAll(key(id), whole))) {
        if (!(await isWhole(id))) await store.delete(key(id));
        else if (await store.touch(key(id))) break;
      }
      return id;
    },
    async folder(id) {
      const folder = await store.localFolder(key(id));
      if (folder === undefined) throw damaged(`the encoder ${id}`);
      await checkBesideWeights(id);
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
