import type { PromotionDecision, PromotionPolicy } from '../registry/promotion.js';
import type { Epoch } from '../training/fit.js';
import type { Hyperparameters } from '../training/hyperparameters.js';
import type { TaskReport } from '../training/metrics.js';
import type { Freeze } from '../training/plan.js';

/** How the losses of several tasks are summed: all the same, or with one given weight a task. */
export type LossWeighting =
  | { readonly kind: 'EQUAL' }
  | { readonly kind: 'FIXED'; readonly weights: Readonly<Record<string, number>> };

/** What a job is to do: checked, complete, and the same whenever and wherever it runs. */
export interface TrainingOrder {
  readonly model: string;
  /** The data set's name, where the rows had one. */
  readonly dataset: string | undefined;
  /** Of the rows, which are stored under it. */
  readonly datasetDigest: string;
  readonly tasks: readonly string[];
  /** The version whose weights are gone on from; undefined: fresh heads. */
  readonly base: number | undefined;
  readonly freeze: Freeze;
  readonly hyperparameters: Hyperparameters;
  readonly lossWeighting: LossWeighting;
  readonly validationSplit: number;
  readonly seed: number;
  readonly promote: PromotionPolicy;
}

export type JobStatus = 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';

/** What a running job is busy with. */
export type JobPhase = 'EMBEDDING' | 'BOUNDARY' | 'TRAINING' | 'EVALUATING' | 'SAVING';

/** Where a job stands: each state holds what is true in it and nothing else. */
export type JobState =
  | { readonly status: 'QUEUED' }
  | { readonly status: 'RUNNING'; readonly startedAt: string }
  /** It can no longer be cancelled: its version is being written. */
  | { readonly status: 'RUNNING'; readonly startedAt: string; readonly saving: true }
  | {
      readonly status: 'SUCCEEDED';
      readonly startedAt: string;
      readonly finishedAt: string;
      /** Undefined where nothing was to be learned: the job only evaluated. */
      readonly version: number | undefined;
      readonly promotion: PromotionDecision | undefined;
      readonly reports: readonly TaskReport[];
    }
  | {
      readonly status: 'FAILED';
      readonly startedAt: string | undefined;
      readonly finishedAt: string;
      readonly error: { readonly code: string; readonly message: string };
    }
  | { readonly status: 'CANCELLED'; readonly startedAt: string | undefined; readonly finishedAt: string };

/** The record of a job, kept for as long as the data folder is. */
export interface TrainingJob {
  readonly id: string;
  readonly createdAt: string;
  /** From 1; a retry is the next one. */
  readonly attempt: number;
  readonly order: TrainingOrder;
  readonly trainableParameters: number;
  readonly frozenParameters: number;
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

export interface StepProgress {
  readonly epoch: number;
  readonly step: number;
  readonly totalSteps: number;
  readonly loss: number;
  readonly tasks: readonly { readonly task: string; readonly loss: number }[];
}

export const hasEnded = ({ status }: JobState): boolean => status !== 'QUEUED' && status !== 'RUNNING';

export const startedAt = (state: JobState): string | undefined =>
  state.status === 'QUEUED' ? undefined : state.startedAt;
