import type { Job, JobResult, TrainingOrder } from '../src/jobs/job.js';
import { PRODUCTION, type Registry } from '../src/registry/registry.js';
import type { ModelVersion } from '../src/registry/version.js';
import { cutOff } from './cut-off.js';
import type { JobReporter } from './reporter.js';
import { train } from './train.js';
import type { WorkRooms } from './work.js';

/** A training job: its version is learned, published and, where that was decided, promoted. */
export async function makeVersion(
  job: Job,
  order: TrainingOrder,
  rooms: WorkRooms,
  reporter: JobReporter,
  beginSaving: () => Promise<void>,
  signal: AbortSignal,
): Promise<JobResult> {
  const { registry } = rooms;
  const saved = await registry.versionOfJob(order.model, job.id);
  if (saved !== undefined) return finish(saved, registry);
  const { reports, version } = await train(job.id, order, rooms, cutOff(job, rooms, reporter), reporter, signal);
  reporter.begin('SAVING');
  await beginSaving();
  if (version === undefined) return { kind: 'REPORTS', reports };
  return finish(await registry.publish(version.draft, version.heads, version.encoderFolder), registry);
}

/** Promotes a version that is on disk, where that was decided. */
async function finish({ model, number, promotion, metrics }: ModelVersion, registry: Registry): Promise<JobResult> {
  if (promotion.promoted) await registry.promote(model, number, PRODUCTION);
  return { kind: 'VERSION', version: number, promotion, reports: metrics };
}
