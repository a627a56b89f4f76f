import { ManyheadError, publicError } from '../src/errors.js';
import { hasEnded, type Job, type JobResult, type JobState, startedAt } from '../src/jobs/job.js';
import { madeBy } from '../src/jobs/made.js';
import type { JobRecords } from '../src/jobs/records.js';
import { carrying } from '../src/log.js';
import type { JobMetrics, JobOutcome } from '../src/metrics/jobs.js';
import type { Delivery } from '../src/queue/delivery.js';
import type { Outcome, RunTools } from '../src/queue/worker.js';
import type { Span, Tracing } from '../src/tracing/span.js';
import { jobReporter } from './reporter.js';
import { tracedPhases } from './traced-phases.js';
import { type WorkRooms, work } from './work.js';

export interface RunContext extends WorkRooms {
  readonly metrics: JobMetrics;
  readonly tracing: Tracing;
}

/** How often a running job looks whether it has ended, in milliseconds. */
const END_CHECK = 100;

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
  const { metrics, tracing } = context;
  const claimed = await claim(context, jobId, attempt);
  if (claimed === undefined) return 'done';
  const { order, origin } = claimed;
  const begun = performance.now();
  const about = { job: jobId, request: origin?.request };
  metrics.began();
  const span = tracing.begin(`job ${order.kind}`, 'consumer', origin?.trace, { ...about, attempt, model: order.model });
  let outcome: JobOutcome = 'FAILED';
  try {
    outcome = await carrying(about, () => runClaimed(claimed, tools, context, span));
    return outcome === 'HANDED_BACK' ? 'hand back' : 'done';
  } finally {
    metrics.ended(order.kind, outcome, (performance.now() - begun) / 1000);
    span.end(outcome === 'SUCCEEDED' ? undefined : outcome);
  }
}

async function runClaimed(claimed: Job, tools: RunTools, context: RunContext, span: Span): Promise<JobOutcome> {
  const { records, log } = context;
  const { attempt, order, workersLost } = claimed;
  log.info('job started', { attempt, model: order.model, workersLost });
  let outcome: JobOutcome;
  const phases = tracedPhases(jobReporter(claimed, records, log, tools.report), span);
  const ended = watchForEnd(claimed, records);
  const signal = AbortSignal.any([tools.signal, ended.signal]);
  try {
    const beginSaving = () => closeToCancelling(claimed, records);
    await succeed(claimed, context, await work(claimed, context, phases.reporter, beginSaving, signal));
    outcome = 'SUCCEEDED';
  } catch (error) {
    if (ended.signal.aborted || error instanceof NoLongerOurs) {
      outcome = await endedBy(claimed, records);
      log.info(endings[outcome]);
    } else if (tools.signal.aborted) {
      outcome = 'HANDED_BACK';
      await letGo(claimed, context);
    } else {
      outcome = 'FAILED';
      await fail(claimed, context, error);
    }
  } finally {
    phases.end();
    ended.stop();
  }
  if (outcome !== 'HANDED_BACK') await context.checkpoints.delete(claimed);
  return outcome;
}

/** Takes the job if it is waiting, or was begun by a worker that is gone; undefined where there is nothing left to do. */
async function claim({ records, registry }: RunContext, jobId: string, attempt: number): Promise<Job | undefined> {
  const found = await records.find(jobId);
  if (found?.attempt !== attempt || hasEnded(found.state)) return undefined;
  // A job that has made its version already cannot be cancelled any more.
  const made = await madeBy(found, registry);
  const { job, moved } = await records.take(jobId, ({ state, attempt: present }): JobState | undefined => {
    if (hasEnded(state) || present !== attempt) return undefined;
    const running = { status: 'RUNNING', startedAt: startedAt(state) ?? now() } as const;
    return made === undefined ? running : { ...running, saving: true };
  });
  return moved ? job : undefined;
}

/** From here on the job cannot be cancelled any more. @throws NoLongerOurs where it was, in the last moment */
async function closeToCancelling(job: Job, records: JobRecords): Promise<void> {
  const isOurs = await moveOn(job, records, (state) =>
    state.status === 'RUNNING' ? { ...state, saving: true } : undefined,
  );
  if (!isOurs) throw new NoLongerOurs();
}

class NoLongerOurs extends Error {}

/** What has become of a job that is not this worker's any more: a person has ended it, or other workers, or the queue that gave up on it; or another has it. */
async function endedBy(
  { id, attempt }: Job,
  records: JobRecords,
): Promise<'CANCELLED' | 'ENDED_ELSEWHERE' | 'HANDED_BACK'> {
  const job = await records.find(id).catch(() => undefined);
  if (job?.attempt !== attempt || job.state.status === 'CANCELLED') return 'CANCELLED';
  return hasEnded(job.state) ? 'ENDED_ELSEWHERE' : 'HANDED_BACK';
}

const endings = {
  CANCELLED: 'job cancelled',
  ENDED_ELSEWHERE: 'job ended elsewhere',
  HANDED_BACK: 'job taken over by another worker',
};

async function succeed(job: Job, { records, log }: RunContext, result: JobResult): Promise<void> {
  const isOurs = await moveOn(job, records, (state) => ({
    status: 'SUCCEEDED',
    startedAt: startedAt(state) ?? now(),
    finishedAt: now(),
    result,
  }));
  if (!isOurs) throw new NoLongerOurs();
  const made = result.kind === 'VERSION' ? { version: result.version, promoted: result.promotion.promoted } : {};
  log.info('job succeeded', { model: job.order.model, ...made });
}

async function fail(job: Job, { records, log }: RunContext, cause: unknown): Promise<void> {
  const { id, code, message } = publicError(cause);
  log.error('job failed', { id, code }, cause);
  await moveOn(job, records, (state) => ({
    status: 'FAILED',
    startedAt: startedAt(state),
    finishedAt: now(),
    error: { code, message },
  }));
}

/** Stopping: the job waits again, for another worker or the next start. Taken away: another worker has it already. */
async function letGo(job: Job, { records, log, stopping }: RunContext): Promise<void> {
  if (!stopping.aborted) return log.info(endings.HANDED_BACK);
  await moveOn(job, records, (state) => ('saving' in state ? { ...state, handedBack: true } : { status: 'QUEUED' }));
  log.info('job handed back');
}

/**
 * Moves a job that has not ended, in the attempt that was claimed, and that no other worker has taken since: a retry belongs to whoever
 * gets its delivery, and a job that was lost to who has it now.
 */
async function moveOn(
  { id, attempt, workersLost }: Job,
  records: JobRecords,
  next: (state: JobState) => JobState | undefined,
): Promise<boolean> {
  const { moved } = await records.move(id, (job) =>
    hasEnded(job.state) || job.attempt !== attempt || job.workersLost !== workersLost ? undefined : next(job.state),
  );
  return moved;
}

/** Looks again and again whether the job has ended, which others did, and maybe was queued anew; a look that fails is tried again. */
function watchForEnd({ id, attempt }: Job, records: JobRecords): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const timer = setInterval(async () => {
    const job = await records.find(id).catch(() => undefined);
    if (job !== undefined && (hasEnded(job.state) || job.attempt !== attempt))
      controller.abort(new ManyheadError('CANCELLED', 'The job has ended.'));
  }, END_CHECK);
  return { signal: controller.signal, stop: () => clearInterval(timer) };
}

const now = (): string => new Date().toISOString();
