import type { SplitName } from '../datasets/example.js';
import type { Reshape } from '../heads/reshape.js';
import type { PromotionDecision, PromotionPolicy } from '../registry/promotion.js';
import type { EncoderReference } from '../registry/version.js';
import type { Epoch } from '../training/fit.js';
import type { Hyperparameters } from '../training/hyperparameters.js';
import type { TaskReport } from '../training/metrics.js';
import type { Freeze } from '../training/plan.js';
import type { LearningRates } from '../training/schedule.js';

/** How the losses of several tasks are summed: all the same, with one given weight a task, or with weights that are learned. */
export type LossWeighting =
  | { readonly kind: 'EQUAL' | 'UNCERTAINTY' }
  | { readonly kind: 'FIXED'; readonly weights: Readonly<Record<string, number>> };

/** What every job is about. */
interface OrderOf<Kind extends string> {
  readonly kind: Kind;
  readonly model: string;
  /** The data set's name, where the rows had one. */
  readonly dataset: string | undefined;
  /** Of the rows, which are stored under it. */
  readonly datasetDigest: string;
  /** What is allowed, and likely not meant. */
  readonly warnings?: readonly string[];
}

/** A training: checked, complete, and the same whenever and wherever it runs. */
export interface TrainingOrder extends OrderOf<'TRAIN'> {
  readonly tasks: readonly string[];
  /** The version whose weights are gone on from; undefined: fresh heads. */
  readonly base: number | undefined;
  /** What becomes of the base version's tasks and labels first; absent in records of earlier releases, as `warnings`. */
  readonly reshape?: Reshape;
  readonly freeze: Freeze;
  readonly hyperparameters: Hyperparameters;
  readonly lossWeighting: LossWeighting;
  readonly validationSplit: number;
  readonly seed: number;
  readonly promote: PromotionPolicy;
  readonly trainableParameters: number;
  readonly frozenParameters: number;
}

/** A version measured on rows of a data set. */
export interface EvaluationOrder extends OrderOf<'EVALUATE'> {
  readonly version: number;
  /** Only rows that say they belong there. */
  readonly split?: SplitName;
  readonly tasks: readonly string[];
}

/** A projection fitted on the vectors of rows. */
export interface ProjectionOrder extends OrderOf<'FIT_PROJECTION'> {
  /** The pretrained one where undefined. */
  readonly encoder: EncoderReference | undefined;
}

/** What a job is to do. */
export type Order = TrainingOrder | EvaluationOrder | ProjectionOrder;

export type JobKind = Order['kind'];

/** What a job has come to. */
export type JobResult = {
  readonly reports: readonly TaskReport[];
  /** What was found out on the way, and makes the reports worth less than they seem. */
  readonly warnings?: readonly string[];
} & (
  | { readonly kind: 'VERSION'; readonly version: number; readonly promotion: PromotionDecision }
  /** Nothing was to be learned: the job only measured. */
  | { readonly kind: 'REPORTS' }
  | { readonly kind: 'PROJECTION'; readonly projection: number }
);

export type JobStatus = 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';

/** What a running job is busy with. */
export type JobPhase = 'EMBEDDING' | 'BOUNDARY' | 'TRAINING' | 'EVALUATING' | 'SAVING';

/** Where a job stands: each state holds what is true in it and nothing else. */
export type JobState =
  | { readonly status: 'QUEUED' }
  | { readonly status: 'RUNNING'; readonly startedAt: string }
  /** It can no longer be cancelled: what it came to is being written. */
  | {
      readonly status: 'RUNNING';
      readonly startedAt: string;
      readonly saving: true;
      /** Its worker was stopped, and let go of it. */
      readonly handedBack?: true;
    }
  | {
      readonly status: 'SUCCEEDED';
      readonly startedAt: string;
      readonly finishedAt: string;
      readonly result: JobResult;
    }
  | {
      readonly status: 'FAILED';
      readonly startedAt: string | undefined;
      readonly finishedAt: string;
      readonly error: { readonly code: string; readonly message: string };
    }
  | { readonly status: 'CANCELLED'; readonly startedAt: string | undefined; readonly finishedAt: string };

/** The request that queued a job, so that what the worker says of the job is found from there. */
export interface JobOrigin {
  readonly request: string;
  /** The `traceparent` that the job's spans go on from, where the request is traced. */
  readonly trace?: string;
}

/** The record of a job, kept for as long as the data folder is. */
export interface Job {
  readonly id: string;
  readonly createdAt: string;
  /** Who asked for it. */
  readonly by: string;
  /** Of its present attempt; absent where no request queued it, and in records of earlier releases. */
  readonly origin?: JobOrigin;
  /** From 1; a retry is the next one. */
  readonly attempt: number;
  /** Workers that died, or were cut off, while they had its present attempt; absent: none, as in records of earlier releases. */
  readonly workersLost?: number;
  readonly order: Order;
  readonly state: JobState;
}

/** One entry an epoch of the job's present attempt. */
export type EpochEntry = Epoch & {
  readonly at: string;
  /** How long the job was going to take from there. */
  readonly etaSeconds: number | undefined;
  /** Seconds each phase had taken by then, in the process that ran the epoch. */
  readonly seconds: Readonly<Partial<Record<JobPhase, number>>>;
};

/** What a worker says while it runs; only the last word matters, so words may be dropped on the way. */
export interface JobProgress {
  readonly phase: JobPhase;
  /** Of the whole job, 0 to 1. */
  readonly progress: number;
  readonly etaSeconds: number | undefined;
  /** Rows encoded or learned from a second, lately. */
  readonly examplesPerSecond: number | undefined;
  readonly at: string;
  /** While TRAINING. */
  readonly step: StepProgress | undefined;
}

export interface StepProgress extends Partial<LearningRates> {
  readonly epoch: number;
  readonly step: number;
  readonly totalSteps: number;
  readonly loss: number;
  readonly tasks: readonly { readonly task: string; readonly loss: number }[];
}

export const hasEnded = ({ status }: Pick<JobState, 'status'>): boolean => status !== 'QUEUED' && status !== 'RUNNING';

export const startedAt = (state: JobState): string | undefined =>
  state.status === 'QUEUED' ? undefined : state.startedAt;
