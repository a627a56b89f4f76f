import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  access,
  chmod,
  constants,
  link,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { created, flushFolder, isMissing, settle, writeFlushed, writing } from './on-disk.js';
import type { ArtifactStore } from './store.js';

/** Unfinished objects live here, on the same file system as the finished ones, so that one rename shows them. */
const UNFINISHED = '.unfinished';

/** An unfinished object this old belongs to nobody any more. */
const ABANDONED_MILLISECONDS = 60 * 60 * 1000;

/** How often something is moved to a folder that is removed each time: where the data folder itself is gone, none helps. */
const MOST_MOVES = 20;

/**
 * An artifact store in a folder of a local or shared file system. Objects are written aside, flushed to the disk and
 * then renamed or linked into place; folders readable by their owner only.
 * @throws (every method that writes) ManyheadError STORAGE_FULL where the disk or the quota is, STORAGE_UNAVAILABLE where it takes
 *   nothing; those that read throw the system's errors
 */
export function folderStore(folder: string): ArtifactStore {
  const unfinished = join(folder, UNFINISHED);
  const place = (key: string) => join(folder, ...parts(key));

  /** Writes aside, hands the path on to be moved into place, and leaves nothing aside whatever happens. */
  const throughAside = async <T>(
    write: (path: string) => Promise<void>,
    move: (path: string) => Promise<T>,
  ): Promise<T> => {
    const path = join(unfinished, randomUUID());
    try {
      return await writing(async () => {
        await mkdir(unfinished, { recursive: true, mode: 0o700 });
        await write(path);
        return move(path);
      });
    } finally {
      // What cannot be removed is swept later: how the writing itself has ended is what counts.
      await rm(path, { recursive: true, force: true }).catch(() => {});
    }
  };

  /**
   * The time by the clock that stamps files, in milliseconds: the clock of this process may be off, and a file server has one of
   * its own.
   */
  const fileTime = (): Promise<number> =>
    writing(async () => {
      await mkdir(unfinished, { recursive: true, mode: 0o700 });
      // Stamps the folder, also on a disk that is full.
      await chmod(unfinished, 0o700);
      return (await stat(unfinished)).ctimeMs;
    });

  const stampOf = async (path: string): Promise<number | undefined> => {
    try {
      return (await stat(path)).mtimeMs;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  };

  /** Milliseconds, and NaN where there is none. */
  const ageOf = async (path: string): Promise<number> => {
    const stamp = (await stampOf(path)) ?? Number.NaN;
    return Math.max(0, (await fileTime()) - stamp);
  };

  /** @returns false where there is none */
  const touch = async (path: string): Promise<boolean> => {
    const now = new Date(await fileTime());
    try {
      await writing(() => utimes(path, now, now));
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  };

  const ready = async (path: string): Promise<void> => {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  };

  /**
   * Moves something to its place in a folder, which others may remove the moment it was made ready.
   * @returns false where something was there already
   */
  const placed = async (path: string, move: () => Promise<void>): Promise<boolean> => {
    for (let left = MOST_MOVES - 1; ; left--) {
      try {
        await ready(path);
        return await created(move(), dirname(path));
      } catch (error) {
        if (!isMissing(error) || left === 0) throw error;
      }
    }
  };

  return {
    async get(key) {
      try {
        return await readFile(place(key));
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },

    put: (key, bytes) =>
      throughAside(
        (path) => writeFlushed(path, bytes),
        async (path) => {
          await placed(place(key), () => rename(path, place(key)));
        },
      ),

    create: (key, bytes) =>
      throughAside(
        (path) => writeFlushed(path, bytes),
        (path) => placed(place(key), () => link(path, place(key))),
      ),

    async createFrom(write) {
      let key = '';
      return throughAside(
        async (path) => {
          const file = await open(path, 'wx', 0o600);
          try {
            key = await write((bytes) => file.writeFile(bytes));
            await file.sync();
          } finally {
            await file.close();
          }
        },
        async (path) => {
          // Where it is there already it may be about to go: whoever removes it looks at its age before and after.
          for (;;) {
            if (await placed(place(key), () => link(path, place(key)))) return true;
            if (await touch(place(key))) return false;
          }
        },
      );
    },

    stream: (key) => createReadStream(place(key)),

    createAll: (prefix, objects) =>
      throughAside(
        async (path) => {
          await mkdir(path, { mode: 0o700 });
          const folders = new Set([path]);
          for (const [name, bytes] of objects) {
            const file = join(path, ...parts(name));
            await ready(file);
            await writeFlushed(file, bytes);
            folders.add(dirname(file));
          }
          for (const each of folders) await flushFolder(each);
        },
        (path) => placed(place(prefix), () => rename(path, place(prefix))),
      ),

    async localFolder(prefix) {
      const found = await stat(place(prefix)).catch((error) => {
        if (isMissing(error)) return undefined;
        throw error;
      });
      return found?.isDirectory() ? place(prefix) : undefined;
    },

    async list(prefix) {
      try {
        const names = await readdir(prefix === '' ? folder : place(prefix));
        return names.filter((name) => name !== UNFINISHED).sort();
      } catch (error) {
        if (isMissing(error)) return [];
        throw error;
      }
    },

    delete: (keyOrPrefix) =>
      throughAside(
        async () => {},
        async (path) => {
          try {
            await rename(place(keyOrPrefix), path);
            await settle(dirname(place(keyOrPrefix)));
          } catch (error) {
            if (!isMissing(error)) throw error;
          }
        },
      ),

    async age(keyOrPrefix) {
      const age = await ageOf(place(keyOrPrefix));
      return Number.isNaN(age) ? undefined : age;
    },

    touch: (keyOrPrefix) => touch(place(keyOrPrefix)),

    deleteOlder: (keyOrPrefix, milliseconds) =>
      throughAside(
        async () => {},
        async (aside) => {
          const path = place(keyOrPrefix);
          if (!((await ageOf(path)) > milliseconds)) return false;
          try {
            await rename(path, aside);
          } catch (error) {
            if (isMissing(error)) return false;
            throw error;
          }
          if ((await ageOf(aside)) > milliseconds) {
            await settle(dirname(path));
            return true;
          }
          await created(rename(aside, path), dirname(path));
          return false;
        },
      ),

    async isWritable() {
      try {
        // Not with the folder above it, which may be away; others may be making it, too.
        await mkdir(unfinished, { mode: 0o700 }).catch(() => {});
        await access(unfinished, constants.W_OK);
        return true;
      } catch {
        return false;
      }
    },

    async sweep() {
      const now = await fileTime();
      for (const name of await readdir(unfinished)) {
        const path = join(unfinished, name);
        const stamp = await stampOf(path);
        if (stamp !== undefined && now - stamp > ABANDONED_MILLISECONDS)
          await writing(() => rm(path, { recursive: true, force: true }));
      }
    },
  };
}

/** The parts of a key; a key that could leave the folder or name a hidden file is a mistake of ours. */
function parts(key: string): string[] {
  const names = key.split('/');
  if (!names.every((name) => /^[^\s./\\\0][^/\\\0]*$/.test(name))) throw new Error(`not a key: ${JSON.stringify(key)}`);
  return names;
}
