import { execFile } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import { promisify } from 'node:util';

const command = promisify(execFile);
const SIZE = 4 * 2 ** 30;

/** A disk that can be full. */
export interface Disk {
  readonly canBeFull: boolean;
  /** From now on there is hardly a page left. */
  fill(): Promise<void>;
  free(): Promise<void>;
  remove(): Promise<void>;
}

/** A small disk in memory, mounted on a folder; where only root may mount, and it is not root, the folder as it is. */
export async function mountDisk(folder: string): Promise<Disk> {
  const canBeFull = process.platform === 'linux' && process.getuid?.() === 0;
  if (!canBeFull) return { canBeFull, fill: async () => {}, free: async () => {}, remove: async () => {} };
  await command('mount', ['-t', 'tmpfs', '-o', `size=${SIZE},mode=700`, 'manyhead-torture', folder]);
  const resize = async (bytes: number): Promise<void> => {
    await command('mount', ['-o', `remount,size=${bytes}`, folder]);
  };
  return {
    canBeFull,
    async fill() {
      const { blocks, bfree, bsize } = await statfs(folder);
      // More may be there by now than fits: then it is not full this time.
      await resize((blocks - bfree + 16) * bsize).catch(() => {});
    },
    free: () => resize(SIZE),
    async remove() {
      await command('umount', ['-l', folder]);
    },
  };
}
