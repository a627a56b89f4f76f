import type { PromotionDecision } from '../registry/promotion.js';
import type { TaskReport } from '../training/metrics.js';
import type { EpochEntry, Job, JobResult, TrainingOrder } from './job.js';

/** A record as it was written when every job was a training. */
interface EarlierJob extends Omit<Job, 'by' | 'order' | 'state'> {
  readonly order: Omit<TrainingOrder, 'kind' | 'trainableParameters' | 'frozenParameters'>;
  readonly trainableParameters: number;
  readonly frozenParameters: number;
  readonly state: Exclude<Job['state'], { status: 'SUCCEEDED' }> | EarlierSuccess;
}

interface EarlierSuccess {
  readonly status: 'SUCCEEDED';
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly version?: number;
  readonly promotion?: PromotionDecision;
  readonly reports: readonly TaskReport[];
}

/** A job from the text of its record, whichever release wrote it. */
export function readJob(text: string): Job {
  const stored: Job | EarlierJob = JSON.parse(text);
  return isEarlier(stored) ? broughtUp(stored) : stored;
}

/** The history of a job from its text: an earlier release did not tell how long the phases took. */
export function readHistory(text: string): readonly EpochEntry[] {
  const entries: readonly (Omit<EpochEntry, 'seconds'> & Partial<Pick<EpochEntry, 'seconds'>>)[] = JSON.parse(text);
  return entries.map((entry) => ({ ...entry, seconds: entry.seconds ?? {} }));
}

const isEarlier = (stored: Job | EarlierJob): stored is EarlierJob => !('kind' in stored.order);

function broughtUp({ trainableParameters, frozenParameters, order, state, ...job }: EarlierJob): Job {
  return {
    ...job,
    by: 'unknown',
    order: { kind: 'TRAIN', ...order, trainableParameters, frozenParameters },
    state: state.status === 'SUCCEEDED' ? success(state) : state,
  };
}

function success({ startedAt, finishedAt, version, promotion, reports }: EarlierSuccess): Job['state'] {
  const result: JobResult =
    version === undefined || promotion === undefined
      ? { kind: 'REPORTS', reports }
      : { kind: 'VERSION', version, promotion, reports };
  return { status: 'SUCCEEDED', startedAt, finishedAt, result };
}
