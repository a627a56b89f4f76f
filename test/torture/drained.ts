import { eventually } from '../eventually.js';
import type { Json } from '../system/stage.js';
import { ask } from './asking.js';
import type { Witness } from './witness.js';

/** The longest that what is left of the jobs may take once everything is healed, in milliseconds. */
const LONGEST = 240_000;

/** Why a job may fail where its machine was tortured: it can then be tried again, and succeeds. */
const FORGIVEN = ['WORKER_LOST', 'STORAGE_FULL'];

/** Where a job stands. */
export interface Standing {
  readonly status: string;
  readonly code: string | undefined;
  readonly model: string;
}

/** Waits until no job waits or runs any more; those that the torture has ended are tried again. */
export async function drained(address: string, { jobs }: Witness): Promise<ReadonlyMap<string, Standing>> {
  for (let round = 0; ; round++) {
    await eventually('all jobs to end', async () => (await all(address, ['QUEUED', 'RUNNING']))?.size === 0, LONGEST);
    const ended = (await all(address, [])) ?? new Map<string, Standing>();
    const again = [...ended].filter(
      ([id, { status, code }]) =>
        status === 'FAILED' && FORGIVEN.includes(code ?? '') && jobs.get(id) === 'succeeds' && round < 3,
    );
    if (again.length === 0) return ended;
    for (const [id] of again) {
      const outcome = await ask(address, 'mutation($id: ID!) { retryTraining(id: $id) { status } }', { id });
      // A version that only a job that has failed needs may be deleted.
      if (outcome.kind === 'refused' && outcome.message.includes('was deleted, so this job cannot be done'))
        jobs.set(id, 'anyhow');
    }
  }
}

/** Undefined where the list cannot be had just now. */
async function all(address: string, status: readonly string[]): Promise<Map<string, Standing> | undefined> {
  const standings = new Map<string, Standing>();
  let after: string | undefined;
  do {
    const outcome = await ask(
      address,
      'query($after: String, $status: [JobStatus!]) { trainingJobs(first: 1000, after: $after, status: $status) { endCursor hasNextPage nodes { id status model error { code } } } }',
      { after, status: status.length === 0 ? null : status },
    );
    if (outcome.kind !== 'done') return undefined;
    const { nodes, endCursor, hasNextPage } = outcome.data.trainingJobs;
    nodes.forEach(({ id, status: now, model, error }: Json) => {
      standings.set(id, { status: now, model, code: error?.code });
    });
    after = hasNextPage ? endCursor : undefined;
  } while (after !== undefined);
  return standings;
}
