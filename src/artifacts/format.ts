import type { ArtifactStore } from './store.js';

/** Of everything in the data folder; a later format reads the earlier ones. Releases that wrote no such file wrote format 1. */
const FORMAT = 1;

const KEY = 'format.json';

/**
 * Marks a data folder with the format it is written in, or checks the mark that is there.
 * @returns why this release must leave it alone; undefined where it may use it
 */
export async function foreignFormat(store: ArtifactStore): Promise<string | undefined> {
  const mark = await store.get(KEY);
  if (mark === undefined) {
    await store.create(KEY, Buffer.from(`${JSON.stringify({ format: FORMAT })}\n`));
    return undefined;
  }
  const { format }: { readonly format: number } = JSON.parse(mark.toString('utf8'));
  return format > FORMAT
    ? `was written by a later release (format ${format}; this one reads up to ${FORMAT}): start that one`
    : undefined;
}
