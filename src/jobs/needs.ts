import { ManyheadError, shown } from '../errors.js';
import { hasEnded, type Job, type Order } from './job.js';
import type { JobRecords } from './records.js';

/** Something that a job may need until it has ended. */
export type Needed = { readonly dataset: string } | { readonly model: string; readonly version: number };

/** The jobs that have not ended. */
export async function openJobs(records: JobRecords): Promise<readonly Job[]> {
  return (await records.all()).filter(({ state }) => !hasEnded(state));
}

/** @throws ManyheadError CONFLICT where a job that has not ended needs it */
export async function refuseWhereNeeded(records: JobRecords, what: Needed): Promise<void> {
  const job = (await openJobs(records)).find(({ order }) => needs(order, what));
  if (job === undefined) return;
  const [field, name] =
    'dataset' in what
      ? ['name', `data set ${shown(what.dataset)}`]
      : ['version', `version ${what.version} of model ${shown(what.model)}`];
  throw new ManyheadError('CONFLICT', `${name} is needed by job ${job.id}, which is ${job.state.status}.`, field);
}

export function needs(order: Order, what: Needed): boolean {
  if ('dataset' in what) return order.dataset === what.dataset;
  if (order.model !== what.model) return false;
  switch (order.kind) {
    case 'TRAIN':
      return what.version === order.base;
    case 'EVALUATE':
      return what.version === order.version;
    case 'FIT_PROJECTION':
      return order.encoder?.fineTuned ?? false;
  }
}
