import { ManyheadError } from '../errors.js';
import type { Registry } from '../registry/registry.js';
import { neededVersion, needs, openJobs } from './needs.js';
import type { JobRecords } from './records.js';

/**
 * Deletes a model's versions but for the newest, those that an alias points to or would by a roll-back, and those that a job which
 * has not ended needs or has made.
 * @param keep how many of the newest stay, at least 1
 * @param except a job that does not count: it has what it needs
 * @returns the numbers that were deleted
 */
export async function keepNewest(
  model: string,
  keep: number,
  by: string,
  { records, registry }: { readonly records: JobRecords; readonly registry: Registry },
  except?: string,
): Promise<readonly number[]> {
  const numbers = await registry.versions(model);
  const older = numbers.slice(0, Math.max(0, numbers.length - keep));
  if (older.length === 0) return [];
  const { aliases } = await registry.standing(model);
  const aliased: (number | undefined)[] = Object.values(aliases);
  for (const alias of Object.keys(aliases)) aliased.push(await registry.versionBefore(model, alias));
  const jobs = (await openJobs(records)).filter(({ id }) => id !== except);
  const deleted: number[] = [];
  for (const version of older) {
    const needed = await neededVersion(model, version, registry);
    if (aliased.includes(version) || jobs.some((job) => needs(job, needed))) continue;
    try {
      await registry.deleteVersion(model, version, by);
      deleted.push(version);
    } catch (error) {
      // Somebody pointed an alias there, or deleted it, in the meantime.
      if (!(error instanceof ManyheadError && (error.code === 'CONFLICT' || error.code === 'NOT_FOUND'))) throw error;
    }
  }
  return deleted;
}
