/**
 * Where models, data sets and job records are kept. Keys are paths such as `models/support/versions/3/version.json`.
 * The interface is narrow on purpose: a folder implements it today, and any object store that can create a key only if
 * it is not there yet can implement it later. It may be shared by every API and worker process of an installation.
 */
export interface ArtifactStore {
  /** The whole object, or undefined where there is none. */
  get(key: string): Promise<Buffer | undefined>;
  /**
   * Replaces the object at once: a reader sees the old bytes or the new ones, also after a power cut.
   * @param bytes whole, or in parts that are written one after the other
   */
  put(key: string, bytes: Uint8Array | readonly Uint8Array[]): Promise<void>;
  /** Creates the object if nobody has; false, and nothing changed, where there is one already. */
  create(key: string, bytes: Uint8Array): Promise<boolean>;
  /**
   * Creates an object from bytes that come bit by bit, if nobody has; one that is there already counts as young again.
   * @param write hands on the bytes in their order, and returns the key, which may depend on them; nothing is left where it throws
   */
  createFrom(write: (append: (bytes: Uint8Array) => Promise<void>) => Promise<string>): Promise<boolean>;
  /** The bytes of an object bit by bit. @throws Error where there is none */
  stream(key: string): AsyncIterable<Buffer>;
  /** Creates several objects under a prefix that is still free: all of them or none; false where it is taken. */
  createAll(prefix: string, objects: ReadonlyMap<string, Uint8Array>): Promise<boolean>;
  /**
   * A folder of this machine that holds the objects under a prefix as files, for what is mapped into memory instead of read;
   * undefined where there are none. Its files must not be changed.
   */
  localFolder(prefix: string): Promise<string | undefined>;
  /** The names directly under a prefix (no slashes in them), sorted; empty where there is none. */
  list(prefix: string): Promise<readonly string[]>;
  /** Removes the object, or everything under the prefix, at once; does nothing where there is none. */
  delete(keyOrPrefix: string): Promise<void>;
  /** Milliseconds since an object, or what is directly under a prefix, was put there or `touch`ed; undefined where there is none. */
  age(keyOrPrefix: string): Promise<number | undefined>;
  /** Makes an object, or what is under a prefix, as young as if it had been put there just now; false where there is none. */
  touch(keyOrPrefix: string): Promise<boolean>;
  /** Whether something could be put there right now, but for its space; nothing is. */
  isWritable(): Promise<boolean>;
  /**
   * Removes what is older, by `age`. Whoever touches it meanwhile, or creates the same again, finds it there.
   * @param milliseconds that it must have been left alone for
   * @returns false where it stays, or is not there
   */
  deleteOlder(keyOrPrefix: string, milliseconds: number): Promise<boolean>;
  /** Removes what a process that was killed left half-written; harmless beside running ones. */
  sweep(): Promise<void>;
}
