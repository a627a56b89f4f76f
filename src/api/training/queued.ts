import type { Job, JobOrigin } from '../../jobs/job.js';
import type { Context } from '../context.js';

/**
 * Queues a job for a request: the log names both, the job's record keeps the request, and its trace goes on in the worker.
 * @param queue queues the job, whose record keeps the origin
 */
export async function queued(
  { request, caller, log }: Context,
  queue: (origin: JobOrigin | undefined) => Promise<Job>,
): Promise<Job> {
  const span = request?.span.begin('queue job', 'producer');
  try {
    const job = await queue(request && { request: request.id, ...(span?.traceparent && { trace: span.traceparent }) });
    const { id, attempt, order } = job;
    span?.set({ job: id });
    log.info('job queued', {
      request: request?.id,
      job: id,
      attempt,
      kind: order.kind,
      model: order.model,
      by: caller.name,
    });
    span?.end();
    return job;
  } catch (error) {
    span?.end('FAILED');
    throw error;
  }
}
