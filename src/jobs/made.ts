import type { Registry } from '../registry/registry.js';
import type { ModelVersion } from '../registry/version.js';
import type { Job } from './job.js';

/** The version that a training has made already, if it has: from then on it cannot be undone, only be brought to its end. */
export async function madeBy(
  { id, order }: Pick<Job, 'id' | 'order'>,
  registry: Pick<Registry, 'versionOfJob'>,
): Promise<ModelVersion | undefined> {
  return order.kind === 'TRAIN' ? registry.versionOfJob(order.model, id, order.base) : undefined;
}
