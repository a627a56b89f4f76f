import { Field, Float, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { EpochEntry } from '../../jobs/job.js';
import { DateTime } from '../scalars.js';

export enum JobPhase {
  EMBEDDING = 'EMBEDDING',
  BOUNDARY = 'BOUNDARY',
  TRAINING = 'TRAINING',
  EVALUATING = 'EVALUATING',
  SAVING = 'SAVING',
}
registerEnumType(JobPhase, {
  name: 'JobPhase',
  description: 'What a running job is busy with.',
  valuesConfig: {
    EMBEDDING: { description: 'Encoding the rows, each once.' },
    BOUNDARY: { description: 'Running the rows through the layers that are fixed, each once.' },
    TRAINING: { description: 'Learning.' },
    EVALUATING: { description: 'Measuring on the rows that were held back.' },
    SAVING: { description: 'Writing the version.' },
  },
});

@ObjectType({ description: 'How one task does, at one moment of a training.' })
export class TaskMetrics {
  @Field(() => String, { description: 'The task.' })
  task!: string;

  @Field(() => Float, {
    nullable: true,
    description: 'Mean loss: of the batch in a step, of the validation rows in an epoch.',
  })
  loss?: number;

  @Field(() => Float, {
    nullable: true,
    description: 'In an epoch: mean loss of the rows learned from, while they were.',
  })
  trainLoss?: number;

  @Field(() => Float, { nullable: true, description: 'On the validation rows.' })
  accuracy?: number;

  @Field(() => Float, { nullable: true, description: 'On the validation rows.' })
  macroF1?: number;

  @Field(() => Int, { description: 'Labelled validation rows.' })
  support!: number;

  @Field(() => Float, { nullable: true, description: 'What its loss counts in the sum.' })
  lossWeight?: number;
}

@ObjectType({ description: 'How long a phase took.' })
class PhaseSeconds {
  @Field(() => JobPhase, { description: 'The phase.' })
  phase!: string;

  @Field(() => Float, { description: 'Seconds.' })
  seconds!: number;
}

@ObjectType({ description: 'One epoch.' })
export class EpochMetrics {
  @Field(() => Int, { description: 'From 1; 0 where the job only evaluated.' })
  epoch!: number;

  @Field(() => Float, { description: 'Mean over the rows learned from, while they were.' })
  trainLoss!: number;

  @Field(() => Float, { nullable: true, description: 'On the validation rows.' })
  validationLoss?: number;

  @Field(() => [TaskMetrics], { description: 'One entry a task.' })
  tasks!: readonly TaskMetrics[];

  @Field(() => Float, { nullable: true, description: 'Learning rate of the heads in its last step.' })
  headLearningRate?: number;

  @Field(() => Float, {
    nullable: true,
    description: 'Learning rate of the encoder in its last step; null where that is fixed.',
  })
  encoderLearningRate?: number;

  @Field(() => Float, { description: 'Rows learned from a second.' })
  examplesPerSecond!: number;

  @Field(() => Float, { nullable: true, description: 'How long the job was going to take from there.' })
  etaSeconds?: number;

  @Field(() => [PhaseSeconds], { description: 'How long each phase had taken by then.' })
  phases!: readonly PhaseSeconds[];

  @Field(() => DateTime, { description: 'When it ended.' })
  at!: string;
}

@ObjectType({ description: 'The epoch that a head has its weights from.' })
export class KeptEpoch {
  @Field(() => String, { description: 'The task.' })
  task!: string;

  @Field(() => Int, { description: 'From 1.' })
  epoch!: number;
}

/** An epoch of a job's history as the API shows it. */
export const epochView = ({ seconds, ...epoch }: EpochEntry): EpochMetrics => ({
  ...epoch,
  phases: Object.entries(seconds).map(([phase, seconds]) => ({ phase, seconds })),
});
