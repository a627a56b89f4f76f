import { ManyheadError } from '../errors.js';
import type { ArtifactStore } from './store.js';

/**
 * Of everything in the data folder; a later format reads the earlier ones. Releases that wrote no such file wrote format 1. Format 2 has
 * the deleted versions of a model as ranges, and a list of keys that is sealed.
 */
export const FORMAT = 2;

const KEY = 'format.json';

/**
 * Marks a data folder with the format it is written in, from now on, or checks the mark that is there. What an earlier format wrote
 * stays as it is, and is read.
 * @returns why this release must leave it alone; undefined where it may use it
 * @throws ManyheadError DAMAGED
 */
export async function foreignFormat(store: ArtifactStore): Promise<string | undefined> {
  const format = await formatOf(store);
  if (format < FORMAT) await store.put(KEY, Buffer.from(`${JSON.stringify({ format: FORMAT })}\n`));
  return later(format);
}

/** The same without a mark: nothing is written. */
export const laterFormat = async (store: ArtifactStore): Promise<string | undefined> => later(await formatOf(store));

const later = (format: number): string | undefined =>
  format > FORMAT
    ? `was written by a later release (format ${format}; this one reads up to ${FORMAT}): start that one`
    : undefined;

/** The format that a data folder is marked with; 0 where it is not. @throws ManyheadError DAMAGED */
async function formatOf(store: ArtifactStore): Promise<number> {
  const mark = await store.get(KEY);
  const format = mark ? formatIn(mark.toString('utf8')) : 0;
  if (format !== undefined) return format;
  throw new ManyheadError(
    'DAMAGED',
    `${KEY} in the data folder is damaged, so that nothing tells which release wrote the folder: restore it from a backup. Where no later release than this one has used the folder, remove ${KEY} instead.`,
  );
}

/** The number that a mark holds; undefined where it holds none. */
function formatIn(mark: string): number | undefined {
  try {
    const { format }: { readonly format: unknown } = JSON.parse(mark);
    return typeof format === 'number' && format >= 1 ? format : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the data folder is the one that was marked, and not an empty place where it is to be mounted, and takes what is written. */
export const isUsable = async (store: ArtifactStore): Promise<boolean> =>
  (await store.isWritable()) && (await store.get(KEY)) !== undefined;
