import { badInput, shown, unlessDamaged } from '../../errors.js';
import type { Job } from '../../jobs/job.js';
import type { JobOutline, JobRecords } from '../../jobs/records.js';

interface JobsPage {
  readonly jobs: readonly Job[];
  readonly endCursor: string | undefined;
  readonly hasNextPage: boolean;
  readonly totalCount: number;
}

/** A page of the jobs that are wanted, newest first. A cursor is the id of the last job of a page. */
export async function jobsPage(
  records: JobRecords,
  first: number,
  after: string | undefined,
  wanted: (job: JobOutline) => boolean,
): Promise<JobsPage> {
  if (after !== undefined && !(await records.ids()).includes(after))
    throw badInput('after', `after is ${shown(after)}: give an endCursor of an earlier page.`);
  const ids = (await records.outlines())
    .filter(wanted)
    .map(({ id }) => id)
    .reverse();
  const rest = after === undefined ? ids : ids.filter((id) => id < after);
  const page = rest.slice(0, first);
  const jobs = await Promise.all(page.map((id) => unlessDamaged(records.find(id))));
  return {
    jobs: jobs.filter((job) => job !== undefined),
    endCursor: page.at(-1),
    hasNextPage: rest.length > first,
    totalCount: ids.length,
  };
}
