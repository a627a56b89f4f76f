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
 */
export async function foreignFormat(store: ArtifactStore): Promise<string | undefined> {
  const mark = await store.get(KEY);
  const { format }: { readonly format: number } = mark ? JSON.parse(mark.toString('utf8')) : { format: 0 };
  if (format > FORMAT)
    return `was written by a later release (format ${format}; this one reads up to ${FORMAT}): start that one`;
  if (format < FORMAT) await store.put(KEY, Buffer.from(`${JSON.stringify({ format: FORMAT })}\n`));
  return undefined;
}

/** Whether the data folder is the one that was marked, and not an empty place where it is to be mounted, and takes what is written. */
export const isUsable = async (store: ArtifactStore): Promise<boolean> =>
  (await store.isWritable()) && (await store.get(KEY)) !== undefined;
