import { badInput, shown } from '../../errors.js';
import type { Job } from '../../jobs/job.js';
import type { JobRecords } from '../../jobs/records.js';

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
  wanted: (job: Job) => boolean,
): Promise<JobsPage> {
  const ids = [...(await records.ids())].reverse();
  if (after !== undefined && !ids.includes(after))
    throw badInput('after', `after is ${shown(after)}: give an endCursor of an earlier page.`);
  const found = await Promise.all(ids.map((id) => records.find(id)));
  const jobs = found.filter((job) => job !== undefined).filter(wanted);
  const rest = after === undefined ? jobs : jobs.filter(({ id }) => id < after);
  return {
    jobs: rest.slice(0, first),
    endCursor: rest.slice(0, first).at(-1)?.id,
    hasNextPage: rest.length > first,
    totalCount: jobs.length,
  };
}
