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
  if (after !== undefined && !(await records.ids()).includes(after))
    throw badInput('after', `after is ${shown(after)}: give an endCursor of an earlier page.`);
  const jobs = [...(await records.all())].reverse().filter(wanted);
  const rest = after === undefined ? jobs : jobs.filter(({ id }) => id < after);
  return {
    jobs: rest.slice(0, first),
    endCursor: rest.slice(0, first).at(-1)?.id,
    hasNextPage: rest.length > first,
    totalCount: jobs.length,
  };
}
