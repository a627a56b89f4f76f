import type { Datasets } from '../datasets/store.js';
import { ManyheadError, shown, unlessDamaged } from '../errors.js';
import type { Registry } from '../registry/registry.js';
import { hasEnded, type Job, type Order } from './job.js';
import type { JobRecords } from './records.js';

/** Something that a job may need until it has ended. */
export type Needed =
  | { readonly dataset: string }
  | {
      readonly model: string;
      readonly version: number;
      /** The job that made it: until it has ended, it may still compare it and promote it. */
      readonly madeBy: string | undefined;
    };

/** A version as a job may need it. One that cannot be read is needed by its number alone. */
export async function neededVersion(model: string, version: number, registry: Pick<Registry, 'find'>): Promise<Needed> {
  return { model, version, madeBy: (await unlessDamaged(registry.find(model, version)))?.jobId };
}

/** The jobs that have not ended, oldest first. */
export async function openJobs(records: JobRecords): Promise<readonly Job[]> {
  const open: Job[] = [];
  for (const outline of await records.outlines()) {
    const job = hasEnded(outline) ? undefined : await unlessDamaged(records.find(outline.id));
    if (job !== undefined && !hasEnded(job.state)) open.push(job);
  }
  return open;
}

/** @throws ManyheadError CONFLICT where a job that has not ended needs it */
export async function refuseWhereNeeded(records: JobRecords, what: Needed): Promise<void> {
  const job = (await openJobs(records)).find((each) => needs(each, what));
  if (job === undefined) return;
  const [field, name] =
    'dataset' in what
      ? ['name', `data set ${shown(what.dataset)}`]
      : ['version', `version ${what.version} of model ${shown(what.model)}`];
  throw new ManyheadError('CONFLICT', `${name} is needed by job ${job.id}, which is ${job.state.status}.`, field);
}

export function needs({ id, order }: Pick<Job, 'id' | 'order'>, what: Needed): boolean {
  if ('dataset' in what) return order.dataset === what.dataset;
  if (order.model !== what.model) return false;
  if (id === what.madeBy) return true;
  switch (order.kind) {
    case 'TRAIN':
      return what.version === order.base;
    case 'EVALUATE':
      return what.version === order.version;
    case 'FIT_PROJECTION':
      return order.encoder?.fineTuned ?? false;
  }
}

/**
 * Makes sure that what a job needs is there, and that its rows stay for as long as it takes to write the job down. A version that is
 * deleted in these moments is missed by the worker, which says so.
 * @param field of the caller's that names the whole job; the order's own fields where it is only being asked for
 * @throws ManyheadError CONFLICT where it is gone
 */
export async function refuseWhereGone(
  order: Order,
  {
    datasets,
    registry,
  }: { readonly datasets: Pick<Datasets, 'keep'>; readonly registry: Pick<Registry, 'find' | 'versions'> },
  field?: string,
): Promise<void> {
  const gone = (what: string, own: string): ManyheadError =>
    new ManyheadError('CONFLICT', `${what} deleted, so this job cannot be done: queue a new one.`, field ?? own);
  const [version, versionField] =
    order.kind === 'TRAIN'
      ? [order.base, 'baseVersion']
      : [order.kind === 'EVALUATE' ? order.version : undefined, 'version'];
  if (version !== undefined && !(await registry.versions(order.model)).includes(version))
    throw gone(`version ${version} of model ${shown(order.model)} was`, versionField);
  if (
    order.kind === 'FIT_PROJECTION' &&
    order.encoder?.fineTuned &&
    !(await isRead(order.encoder.id, order.model, registry))
  )
    throw gone(`every version of model ${shown(order.model)} that reads from the encoder was`, 'version');
  if (!(await datasets.keep(order.datasetDigest))) throw gone('the rows were', 'dataset');
}

/** Whether a version of a model reads from an encoder: with the last of them the encoder goes. */
async function isRead(encoder: string, model: string, registry: Pick<Registry, 'find' | 'versions'>): Promise<boolean> {
  for (const number of await registry.versions(model))
    if ((await unlessDamaged(registry.find(model, number)))?.encoder.id === encoder) return true;
  return false;
}
