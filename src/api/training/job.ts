import { Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { Job as StoredJob, TrainingOrder } from '../../jobs/job.js';
import { Promotion } from '../models/promotion.js';
import { Freeze } from '../models/version.js';
import { DateTime } from '../scalars.js';
import { TaskMetrics } from './epoch.js';
import { Hyperparameters, hyperparametersView } from './hyperparameters.js';

export enum JobStatus {
  QUEUED = 'QUEUED',
  RUNNING = 'RUNNING',
  SUCCEEDED = 'SUCCEEDED',
  FAILED = 'FAILED',
  CANCELLED = 'CANCELLED',
}
registerEnumType(JobStatus, {
  name: 'JobStatus',
  description: 'Where a job stands.',
  valuesConfig: {
    QUEUED: { description: 'It waits for a worker.' },
    RUNNING: { description: 'A worker has it.' },
    SUCCEEDED: { description: 'It is done.' },
    FAILED: { description: 'It ended with an error, and can be tried again.' },
    CANCELLED: { description: 'Somebody ended it; it left no version, and can be tried again.' },
  },
});

export enum JobKind {
  TRAIN = 'TRAIN',
  EVALUATE = 'EVALUATE',
  FIT_PROJECTION = 'FIT_PROJECTION',
}
registerEnumType(JobKind, {
  name: 'JobKind',
  description: 'What a job is to do.',
  valuesConfig: {
    TRAIN: { description: 'Learn a version.' },
    EVALUATE: { description: 'Measure a version on a data set.' },
    FIT_PROJECTION: { description: 'Fit a PCA projection on the vectors of rows.' },
  },
});

export enum TrainingEventKind {
  STATUS = 'STATUS',
  STEP = 'STEP',
  EPOCH = 'EPOCH',
  VERSION = 'VERSION',
}
registerEnumType(TrainingEventKind, {
  name: 'TrainingEventKind',
  description: 'What an event tells.',
  valuesConfig: {
    STATUS: { description: 'Where the job stands.' },
    STEP: { description: 'A step was taken; steps that follow each other fast are left out.' },
    EPOCH: { description: 'An epoch ended; every epoch is told.' },
    VERSION: { description: 'A version was made.' },
  },
});

@ObjectType({ description: 'Why a job failed.' })
class JobError {
  @Field(() => String, { description: 'What to branch on.' })
  code!: string;

  @Field(() => String, { description: 'What to show.' })
  message!: string;
}

@ObjectType({ description: 'A job, from the request to what it came to: a training, unless its kind says otherwise.' })
export class TrainingJob {
  @Field(() => ID, { description: 'Names the job for ever.' })
  id!: string;

  @Field(() => JobKind, { description: 'What it is to do.' })
  kind!: StoredJob['order']['kind'];

  @Field(() => String, { description: 'The model that gets the version, or whose version is measured.' })
  model!: string;

  @Field(() => JobStatus, { description: 'Where it stands.' })
  status!: StoredJob['state']['status'];

  @Field(() => Int, { description: 'From 1; a retry is the next.' })
  attempt!: number;

  @Field(() => Int, {
    description: 'Workers that died, or were cut off, while they had this attempt: another went on, or starts over.',
  })
  workersLost!: number;

  @Field(() => DateTime, { description: 'When it was asked for.' })
  createdAt!: string;

  @Field(() => String, { description: 'Who asked for it.' })
  by!: string;

  @Field(() => DateTime, { nullable: true, description: 'When a worker began.' })
  startedAt?: string;

  @Field(() => DateTime, { nullable: true, description: 'When it ended.' })
  finishedAt?: string;

  @Field(() => String, { nullable: true, description: 'The data set, where the rows had a name.' })
  dataset?: string;

  @Field(() => [String], { description: 'The tasks it trains or measures; none where it fits a projection.' })
  tasks!: readonly string[];

  @Field(() => Int, { nullable: true, description: 'TRAIN: the version it goes on from, if any.' })
  baseVersion?: number;

  @Field(() => Freeze, { nullable: true, description: 'TRAIN: what keeps its weights.' })
  freeze?: Freeze;

  @Field(() => Hyperparameters, { nullable: true, description: 'TRAIN: what shapes the learning.' })
  hyperparameters?: Hyperparameters;

  @Field(() => Int, { nullable: true, description: 'Numbers that learn.' })
  trainableParameters?: number;

  @Field(() => Int, { nullable: true, description: 'Numbers that are fixed, the encoder among them.' })
  frozenParameters?: number;

  @Field(() => [String], {
    description:
      'What was asked for, is allowed, and likely not meant; once it has ended, also what makes its reports worth less than they seem.',
  })
  warnings!: readonly string[];

  @Field(() => JobError, { nullable: true, description: 'Why it failed.' })
  error?: JobError;

  @Field(() => Promotion, { nullable: true, description: 'Whether its version took over `production`.' })
  promotion?: Promotion;

  @Field(() => Int, {
    nullable: true,
    description: 'FIT_PROJECTION: the `projectionVersion` it made.',
  })
  projectionVersion?: number;

  stored!: StoredJob;
}

@ObjectType({ description: 'What happened to a job.' })
export class TrainingEvent {
  @Field(() => TrainingJob, { description: 'The job as it is now.' })
  job!: TrainingJob;

  @Field(() => TrainingEventKind, { description: 'What the event tells.' })
  kind!: 'STATUS' | 'STEP' | 'EPOCH' | 'VERSION';

  @Field(() => Int, { nullable: true, description: 'STEP and EPOCH: the epoch, from 1.' })
  epoch?: number;

  @Field(() => Int, { nullable: true, description: 'STEP: the step, from 1, over all epochs.' })
  step?: number;

  @Field(() => Int, {
    nullable: true,
    description: 'STEP: the steps of all epochs; fewer are taken where training stops early.',
  })
  totalSteps?: number;

  @Field(() => Float, { nullable: true, description: 'STEP: of the batch. EPOCH: of the rows learned from.' })
  loss?: number;

  @Field(() => Float, { nullable: true, description: 'STEP and EPOCH: the learning rate of the heads.' })
  headLearningRate?: number;

  @Field(() => Float, {
    nullable: true,
    description: 'STEP and EPOCH: the learning rate of the encoder; null where that is fixed.',
  })
  encoderLearningRate?: number;

  @Field(() => [TaskMetrics], { nullable: true, description: 'STEP and EPOCH: one entry a task.' })
  taskLosses?: readonly TaskMetrics[];

  @Field(() => Float, { nullable: true, description: 'How long the job may still take.' })
  etaSeconds?: number;

  @Field(() => DateTime, { description: 'When it was told.' })
  at!: string;
}

@ObjectType({ description: 'A page of jobs.' })
export class TrainingJobConnection {
  @Field(() => [TrainingJob], { description: 'Newest first.' })
  nodes!: TrainingJob[];

  @Field(() => String, { nullable: true, description: 'Give it as `after` to get the next page.' })
  endCursor?: string;

  @Field(() => Boolean, { description: 'Whether there is one.' })
  hasNextPage!: boolean;

  @Field(() => Int, { description: 'Jobs on all pages.' })
  totalCount!: number;
}

/** What only a training has. */
const trainingView = (order: TrainingOrder) => ({
  baseVersion: order.base,
  freeze: order.freeze,
  hyperparameters: hyperparametersView(order.hyperparameters),
  trainableParameters: order.trainableParameters,
  frozenParameters: order.frozenParameters,
});

/** A stored job as the API shows it. */
export function jobView(stored: StoredJob): TrainingJob {
  const { id, attempt, createdAt, by, order, state } = stored;
  const result = state.status === 'SUCCEEDED' ? state.result : undefined;
  return {
    id,
    kind: order.kind,
    model: order.model,
    status: state.status,
    attempt,
    workersLost: stored.workersLost ?? 0,
    createdAt,
    by,
    startedAt: state.status === 'QUEUED' ? undefined : state.startedAt,
    finishedAt: 'finishedAt' in state ? state.finishedAt : undefined,
    dataset: order.dataset,
    tasks: order.kind === 'FIT_PROJECTION' ? [] : order.tasks,
    ...(order.kind === 'TRAIN' && trainingView(order)),
    warnings: [...(order.warnings ?? []), ...(result?.warnings ?? [])],
    error: state.status === 'FAILED' ? state.error : undefined,
    projectionVersion: result?.kind === 'PROJECTION' ? result.projection : undefined,
    promotion: result?.kind === 'VERSION' ? result.promotion : undefined,
    stored,
  };
}
