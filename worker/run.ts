import { ManyheadError, publicError } from '../src/errors.js';
import type { Checkpoints } from '../src/jobs/checkpoints.js';
import { hasEnded, type JobState, startedAt, type TrainingJob } from '../src/jobs/job.js';
import type { JobRecords } from '../src/jobs/records.js';
import type { Log } from '../src/log.js';
import type { Delivery } from '../src/queue/delivery.js';
import type { Outcome, RunTools } from '../src/queue/worker.js';
import { PRODUCTION } from '../src/registry/registry.js';
import type { ModelVersion } from '../src/registry/version.js';
import { checkpointParts, readCheckpoint } from '../src/training/checkpoint-file.js';
import type { EncoderCheckpoint } from '../src/training/encoder-checkpoint.js';
import type { EncoderTraining } from './learn-encoder.js';
import type { Rooms } from './learned.js';
import { type JobReporter, jobReporter } from './reporter.js';
import { type Trained, train } from './train.js';

export interface RunContext extends Rooms {
  readonly records: JobRecords;
  readonly checkpoints: Checkpoints;
  readonly log: Log;
  /** Aborted when this process is about to stop: its jobs go back to the queue. */
  readonly stopping: AbortSignal;
}

/** How often a running job looks whether it was cancelled, in milliseconds. */
const CANCEL_CHECK = 100;

/**
 * The life of one delivery: its job is claimed, trained and saved, and ends SUCCEEDED, FAILED or CANCELLED; or this worker
 * lets go of it and it goes back to the queue. A job that was begun by a worker that died goes on from its checkpoint, or starts
 * over where there is none.
 */
export async function runDelivery(
  { jobId, attempt }: Delivery,
  tools: RunTools,
  context: RunContext,
): Promise<Outcome> {
  const { records, log } = context;
  const claimed = await claim(records, jobId, attempt);
  if (claimed === undefined) return 'done';
  log.info('job started', { job: jobId, attempt, model: claimed.order.model });
  const cancelled = watchForCancel(claimed, records);
  const signal = AbortSignal.any([tools.signal, cancelled.signal]);
  try {
    const saved = await context.registry.versionOfJob(claimed.order.model, jobId);
    if (saved === undefined) {
      const reporter = jobReporter(claimed, records, log, tools.report);
      const trained = await train(claimed, context, cutOff(claimed, context, reporter), reporter, signal);
      reporter.begin('SAVING');
      await save(claimed, trained, context);
    } else await finish(claimed, context, saved);
  } catch (error) {
    if (cancelled.signal.aborted) log.info('job cancelled', { job: jobId });
    else if (tools.signal.aborted) return letGo(claimed, context);
    else await fail(claimed, context, error);
  } finally {
    cancelled.stop();
  }
  await context.checkpoints.delete(claimed);
  return 'done';
}

/** Where an earlier worker left the job, and how this one leaves word for a later one. */
function cutOff(
  job: TrainingJob,
  { checkpoints, log }: RunContext,
  reporter: JobReporter,
): Pick<EncoderTraining, 'resume' | 'onCheckpoint'> {
  return {
    async resume() {
      const checkpoint = await checkpointOf(job, { checkpoints, log });
      if (checkpoint) await reporter.resume(checkpoint.progress.epoch);
      return checkpoint;
    },
    async onCheckpoint(checkpoint) {
      const began = performance.now();
      await checkpoints.put(job, checkpointParts(checkpoint));
      log.info('checkpoint written', {
        job: job.id,
        epoch: checkpoint.progress.epoch,
        batch: checkpoint.progress.batch,
        milliseconds: Math.round(performance.now() - began),
      });
    },
  };
}

/** Undefined where there is none, or it cannot be read: the job then starts over. */
async function checkpointOf(
  job: TrainingJob,
  { checkpoints, log }: Pick<RunContext, 'checkpoints' | 'log'>,
): Promise<EncoderCheckpoint | undefined> {
  const bytes = await checkpoints.get(job);
  try {
    return bytes && readCheckpoint(bytes);
  } catch (error) {
    log.error('the checkpoint cannot be read: the job starts over', { job: job.id }, error);
    return undefined;
  }
}

/** Takes the job if it is waiting, or was begun by a worker that is gone; undefined where there is nothing left to do. */
async function claim(records: JobRecords, jobId: string, attempt: number): Promise<TrainingJob | undefined> {
  const found = await records.find(jobId);
  if (found?.attempt !== attempt) return undefined;
  const { job, moved } = await records.move(jobId, ({ state }) =>
    hasEnded(state) ? undefined : { status: 'RUNNING', startedAt: startedAt(state) ?? now() },
  );
  return moved && job.attempt === attempt ? job : undefined;
}

/** Publishes what was learned, unless the job was cancelled in the last moment: from here on it cannot be any more. */
async function save(claimed: TrainingJob, { reports, version }: Trained, context: RunContext): Promise<void> {
  const isOurs = await moveOn(claimed, context.records, (state) =>
    state.status === 'RUNNING' ? { ...state, saving: true } : undefined,
  );
  if (!isOurs) return;
  if (version === undefined) return succeed(claimed, context, { version: undefined, promotion: undefined, reports });
  const { draft, heads, encoderFolder } = version;
  await finish(claimed, context, await context.registry.publish(draft, heads, encoderFolder));
}

/** Promotes a version that is on disk, where that was decided, and ends its job. Safe to do again. */
async function finish(
  job: TrainingJob,
  context: RunContext,
  { number, promotion, metrics }: ModelVersion,
): Promise<void> {
  if (promotion.promoted) await context.registry.promote(job.order.model, number, PRODUCTION);
  await succeed(job, context, { version: number, promotion, reports: metrics });
}

async function succeed(
  job: TrainingJob,
  { records, log }: RunContext,
  result: Pick<Succeeded, 'version' | 'promotion' | 'reports'>,
): Promise<void> {
  await moveOn(job, records, (state) => ({
    status: 'SUCCEEDED',
    startedAt: startedAt(state) ?? now(),
    finishedAt: now(),
    ...result,
  }));
  log.info('job succeeded', {
    job: job.id,
    model: job.order.model,
    version: result.version,
    promoted: result.promotion?.promoted,
  });
}

async function fail(job: TrainingJob, { records, log }: RunContext, cause: unknown): Promise<void> {
  const { id, code, message } = publicError(cause);
  log.error('job failed', { job: job.id, id, code }, cause);
  await moveOn(job, records, (state) => ({
    status: 'FAILED',
    startedAt: startedAt(state),
    finishedAt: now(),
    error: { code, message },
  }));
}

/** Stopping: the job waits again, for another worker or the next start. Taken away: another worker has it already. */
async function letGo(job: TrainingJob, { records, log, stopping }: RunContext): Promise<Outcome> {
  if (stopping.aborted) await moveOn(job, records, () => ({ status: 'QUEUED' }));
  log.info('job handed back', { job: job.id });
  return 'hand back';
}

/** Moves a job that has not ended, in the attempt that was claimed: a retry belongs to whoever gets its delivery. */
async function moveOn(
  { id, attempt }: TrainingJob,
  records: JobRecords,
  next: (state: JobState) => JobState | undefined,
): Promise<boolean> {
  const { moved } = await records.move(id, (job) =>
    hasEnded(job.state) || job.attempt !== attempt ? undefined : next(job.state),
  );
  return moved;
}

/** Looks again and again whether somebody cancelled the job, and maybe queued it anew; a look that fails is tried again. */
function watchForCancel(
  { id, attempt }: TrainingJob,
  records: JobRecords,
): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const timer = setInterval(async () => {
    const job = await records.find(id).catch(() => undefined);
    if (job !== undefined && (job.state.status === 'CANCELLED' || job.attempt !== attempt))
      controller.abort(new ManyheadError('CANCELLED', 'The job was cancelled.'));
  }, CANCEL_CHECK);
  return { signal: controller.signal, stop: () => clearInterval(timer) };
}

type Succeeded = Extract<JobState, { status: 'SUCCEEDED' }>;

const now = (): string => new Date().toISOString();
