import { ClientError } from './error.js';
import { ask, askPatiently, type CallOptions, type Connection } from './http.js';
import * as operations from './operations.js';
import type { Subscriptions } from './subscription.js';

/** A job with all there is to know of it. */
export type Job = NonNullable<operations.JobQuery['trainingJob']>;
/** Where a job stands: what is told again and again while it runs. */
export type JobState = operations.ProgressSubscription['trainingProgress']['job'];
/** How an epoch went. */
export type Epoch = NonNullable<operations.HistoryQuery['trainingJob']>['history'][number];

/** What is told of a job that runs. */
export type ProgressEvent =
  | { readonly kind: 'STATUS' | 'VERSION'; readonly job: JobState }
  | { readonly kind: 'EPOCH'; readonly job: JobState; readonly epoch: Epoch }
  | {
      readonly kind: 'STEP';
      readonly job: JobState;
      /** From 1. */
      readonly epoch: number;
      /** From 1, over all epochs. */
      readonly step: number;
      /** Of all epochs; fewer are taken where training stops early. */
      readonly totalSteps: number;
      /** Of the batch. */
      readonly loss: number;
    };

/** A job, from here on. */
export interface JobHandle {
  readonly id: string;
  /** The job as it was when it was asked for. */
  readonly job: Job;
  /**
   * Where the job stands, then what happens until it has ended. Every epoch is told once and in order, those too that ended before,
   * or while the connection was broken and made again.
   * @throws ClientError
   */
  progress(options?: CallOptions): AsyncGenerator<ProgressEvent, void>;
  /**
   * Waits until the job has ended.
   * @throws ClientError where it failed (with the code of its failure) or was cancelled (CANCELLED)
   */
  result(options?: CallOptions): Promise<Job>;
  /** The job as it is now. */
  now(options?: CallOptions): Promise<Job>;
  /** Ends it without a version. */
  cancel(options?: CallOptions): Promise<Job>;
  /** Queues it again, where it failed or was cancelled. */
  retry(options?: CallOptions): Promise<Job>;
}

export const hasEnded = ({ status }: Pick<JobState, 'status'>): boolean => status !== 'QUEUED' && status !== 'RUNNING';

export function jobHandle(connection: Connection, subscriptions: Subscriptions, job: Job): JobHandle {
  const { id } = job;
  const now = (options?: CallOptions) => jobOf(connection, id, options);
  return {
    id,
    job,
    progress: (options) => progressOf(connection, subscriptions, id, options),
    now,
    async result(options) {
      for await (const { trainingProgress } of subscriptions.subscribe(operations.Progress, { id }, options))
        if (hasEnded(trainingProgress.job)) break;
      const { trainingJob: ended } = await askPatiently(connection, operations.Job, { id }, options);
      if (ended === null) throw notThere(id);
      if (ended.status === 'SUCCEEDED') return ended;
      const { code, message } = ended.error ?? { code: 'CANCELLED', message: 'somebody cancelled it' };
      throw new ClientError(code, `Job ${id} made nothing: ${message}`);
    },
    cancel: async (options) => (await ask(connection, operations.Cancel, { id }, options)).cancelTraining,
    retry: async (options) => (await ask(connection, operations.Retry, { id }, options)).retryTraining,
  };
}

/** @throws ClientError NOT_FOUND */
export async function jobOf(connection: Connection, id: string, options?: CallOptions): Promise<Job> {
  const { trainingJob } = await ask(connection, operations.Job, { id }, options);
  if (trainingJob === null) throw notThere(id);
  return trainingJob;
}

const notThere = (id: string): ClientError => new ClientError('NOT_FOUND', `job ${JSON.stringify(id)} is not there.`);

async function* progressOf(
  connection: Connection,
  subscriptions: Subscriptions,
  id: string,
  options?: CallOptions,
): AsyncGenerator<ProgressEvent, void> {
  let attempt = 0;
  let told = 0;
  for await (const { trainingProgress } of subscriptions.subscribe(operations.Progress, { id }, options)) {
    const { kind, job, epoch, step, totalSteps, loss } = trainingProgress;
    const isFirst = attempt !== job.attempt;
    if (isFirst) {
      attempt = job.attempt;
      told = 0;
    }
    // The history has every epoch; a subscription that was begun again has not.
    if (kind === 'EPOCH' || isFirst || hasEnded(job)) {
      const { trainingJob } = await askPatiently(connection, operations.History, { id }, options);
      const history = trainingJob?.history ?? [];
      for (const each of history.slice(told)) yield { kind: 'EPOCH', job, epoch: each };
      told = Math.max(told, history.length);
    }
    if (kind === 'STATUS' || kind === 'VERSION') yield { kind, job };
    else if (kind === 'STEP' && epoch !== null && step !== null && totalSteps !== null && loss !== null)
      yield { kind, job, epoch, step, totalSteps, loss };
  }
}
