import { messageOf } from '../src/errors.js';
import type { Job, JobResult, TrainingOrder } from '../src/jobs/job.js';
import { madeBy } from '../src/jobs/made.js';
import { keepNewest } from '../src/jobs/retention.js';
import type { ModelVersion } from '../src/registry/version.js';
import { cutOff } from './cut-off.js';
import { settlePromotion } from './promote.js';
import type { JobReporter } from './reporter.js';
import { type Trained, train } from './train.js';
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
  const version =
    (await madeBy(job, rooms.registry)) ?? (await learn(job, order, rooms, reporter, beginSaving, signal));
  if ('reports' in version) return { kind: 'REPORTS', ...version };
  // Where the job was taken away, whoever has it now decides.
  signal.throwIfAborted();
  const promotion = await settlePromotion(version, order, job.by, rooms, signal);
  await retain(job, rooms);
  const { number, metrics: reports, warnings } = version;
  return { kind: 'VERSION', version: number, promotion, reports, warnings };
}

/** Older versions go, where they are not to be kept for ever. */
async function retain({ id, order: { model } }: Job, rooms: WorkRooms): Promise<void> {
  const { keepVersions, log } = rooms;
  if (keepVersions === 0) return;
  try {
    const deleted = await keepNewest(model, keepVersions, `KEEP_VERSIONS=${keepVersions}`, rooms, id);
    if (deleted.length > 0) log.info('versions deleted', { model, versions: deleted.join(' ') });
  } catch (error) {
    // The new version is there all the same, and the next training looks again.
    log.warn('older versions could not be deleted', { model, why: messageOf(error) });
  }
}

async function learn(
  job: Job,
  order: TrainingOrder,
  rooms: WorkRooms,
  reporter: JobReporter,
  beginSaving: () => Promise<void>,
  signal: AbortSignal,
): Promise<ModelVersion | Omit<Trained, 'version'>> {
  const { reports, warnings, version } = await train(
    job.id,
    order,
    rooms,
    cutOff(job, rooms, reporter),
    reporter,
    signal,
  );
  reporter.begin('SAVING');
  await beginSaving();
  return version === undefined
    ? { reports, warnings }
    : rooms.registry.publish(version.draft, version.heads, version.encoderFolder);
}
