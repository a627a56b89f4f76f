import { open } from 'node:fs/promises';
import { systemCode } from '../errors.js';
import { storageError, unsettled } from './storage-error.js';

/** Writes a new file, which is on the disk afterwards. */
export async function writeFlushed(path: string, bytes: Uint8Array | readonly Uint8Array[]): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    for (const part of bytes instanceof Uint8Array ? [bytes] : bytes) await file.writeFile(part);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Says of what goes wrong with the disk what a caller may know of it. */
export async function writing<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    throw storageError(error) ?? error;
  }
}

/** Has the names in a folder outlive a power cut. */
export async function flushFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Flushes the folder in which something was moved, so that the move outlives a power cut: others have seen it already. Where they
 * have removed the folder since, there is nothing left to outlive anything.
 */
export async function settle(folder: string): Promise<void> {
  try {
    await flushFolder(folder);
  } catch (error) {
    if (!isMissing(error)) throw unsettled(error) ?? error;
  }
}

/** Whether a move made something in a folder; false where something was there already. */
export async function created(move: Promise<void>, folder: string): Promise<boolean> {
  try {
    await move;
  } catch (error) {
    if (['EEXIST', 'ENOTEMPTY', 'ENOTDIR'].includes(systemCode(error) ?? '')) return false;
    throw error;
  }
  await settle(folder);
  return true;
}

/** Whether an error says that a file or a folder is not there. */
export const isMissing = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '');
