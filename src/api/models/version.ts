import { Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { ModelVersion as StoredVersion } from '../../registry/version.js';
import { TaskKind } from '../datasets.js';
import { Split } from '../examples.js';
import { DateTime } from '../scalars.js';

export enum BackboneFreeze {
  FULL = 'FULL',
  PARTIAL = 'PARTIAL',
  NONE = 'NONE',
}
registerEnumType(BackboneFreeze, {
  name: 'BackboneFreeze',
  description: 'How much of the encoder is fixed.',
  valuesConfig: {
    FULL: { description: 'All of it: only heads learn, in seconds.' },
    PARTIAL: {
      description: 'The embeddings and the first `frozenLayers` layers: what is above learns, in a minute or so.',
    },
    NONE: { description: 'Nothing: the whole encoder learns, which takes minutes and gives the best heads.' },
  },
});

@ObjectType({ description: 'How well the head of a version does on one label.' })
class LabelReport {
  @Field(() => String, { description: 'The label.' })
  label!: string;

  @Field(() => Float, { description: 'Of the rows that were given the label, the share that has it.' })
  precision!: number;

  @Field(() => Float, { description: 'Of the rows that have the label, the share that was given it.' })
  recall!: number;

  @Field(() => Float, { description: 'Harmonic mean of precision and recall.' })
  f1!: number;

  @Field(() => Int, { description: 'Rows that have the label.' })
  support!: number;
}

@ObjectType({ description: 'Rows that a head is about as sure of: one bar of a reliability diagram.' })
class ReliabilityBin {
  @Field(() => Int, { description: 'How many rows.' })
  rows!: number;

  @Field(() => Float, { description: 'Their mean confidence.' })
  confidence!: number;

  @Field(() => Float, { description: 'The share of them that is right.' })
  accuracy!: number;
}

@ObjectType({ description: 'How a head does where it may give no label.' })
class AbstentionReport {
  @Field(() => Float, { description: 'Share of the rows within scope that it answers.' })
  coverage!: number;

  @Field(() => Float, { description: 'Share of the answered rows that is right.' })
  accuracyWhenAnswered!: number;

  @Field(() => Float, {
    nullable: true,
    description:
      'How well its score tells rows labelled `__out_of_scope__` from the others: 1 always, 0.5 not at all; null without such rows.',
  })
  auroc?: number;
}

@ObjectType({ description: 'How well a head does on rows it did not learn from.' })
export class TaskReport {
  @Field(() => String, { description: 'The task.' })
  task!: string;

  @Field(() => Float, { description: 'Share of rows whose labels are all right.' })
  accuracy!: number;

  @Field(() => Float, { description: 'Mean F1 over the labels.' })
  macroF1!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'Mean gap between confidence and accuracy, 15 bins (SINGLE_LABEL).',
  })
  expectedCalibrationError?: number;

  @Field(() => Float, {
    nullable: true,
    description: 'The same before the scores were divided by the temperature.',
  })
  uncalibratedCalibrationError?: number;

  @Field(() => [ReliabilityBin], {
    nullable: true,
    description: '15 bins of equal width of confidence (SINGLE_LABEL).',
  })
  reliability?: readonly ReliabilityBin[];

  @Field(() => AbstentionReport, {
    nullable: true,
    description: 'How it does where it may give no label (SINGLE_LABEL).',
  })
  abstention?: AbstentionReport;

  @Field(() => Split, {
    nullable: true,
    description: 'Which rows it was measured on; null where it was all rows of a data set.',
  })
  split?: 'VALIDATION' | 'TEST';

  @Field(() => [LabelReport], { description: 'Each label for itself.' })
  perLabel!: readonly LabelReport[];

  @Field(() => [[Int]], {
    description: "[right label][predicted label], in the order of the head's labels (SINGLE_LABEL).",
  })
  confusion!: readonly (readonly number[])[];

  @Field(() => Int, { description: 'Rows it was measured on.' })
  support!: number;
}

@ObjectType({ description: 'A head of a version.' })
class TaskHead {
  @Field(() => String, { description: 'The task.' })
  task!: string;

  @Field(() => TaskKind, { description: 'Whether one label is right or any number.' })
  kind!: 'SINGLE_LABEL' | 'MULTI_LABEL';

  @Field(() => [String], { description: 'Its labels.' })
  labels!: readonly string[];

  @Field(() => Boolean, { description: "Whether it kept its parent's weights." })
  frozen!: boolean;

  @Field(() => Float, {
    description: 'What its logits are divided by, so that confidence means how often it is right.',
  })
  temperature!: number;

  @Field(() => [Float], {
    nullable: true,
    description: 'MULTI_LABEL: the score from which on each label is given, in the order of `labels`; 0.5 where null.',
  })
  thresholds?: readonly number[];
}

@ObjectType({ description: 'The encoder a version reads its vectors from.' })
export class Encoder {
  @Field(() => String, { description: 'sha256 of its weights.' })
  id!: string;

  @Field(() => String, { description: 'The pretrained encoder it is, or came from.' })
  base!: string;

  @Field(() => Boolean, { description: 'Whether it was trained further.' })
  fineTuned!: boolean;

  @Field(() => Int, { description: 'Numbers in its vectors.' })
  dimensions!: number;

  @Field(() => Int, { description: 'Tokens of a text that it reads.' })
  maxTokens!: number;
}

@ObjectType({ description: 'What kept its weights in a training.' })
export class Freeze {
  @Field(() => BackboneFreeze, { description: 'How much of the encoder.' })
  backbone!: 'FULL' | 'PARTIAL' | 'NONE';

  @Field(() => Int, { nullable: true, description: 'With PARTIAL: how many layers from the bottom.' })
  frozenLayers?: number;

  @Field(() => [String], { description: 'Which heads.' })
  heads!: readonly string[];
}

@ObjectType({ description: 'A set of weights that a training made; it never changes.' })
export class ModelVersion {
  model!: string;

  @Field(() => Int, { description: 'Counts from 1 in each model.' })
  number!: number;

  @Field(() => Int, { nullable: true, description: 'The version it went on from.' })
  parent?: number;

  @Field(() => DateTime, { description: 'When it was saved.' })
  createdAt!: string;

  @Field(() => ID, { nullable: true, description: 'The job that made it.' })
  jobId?: string;

  @Field(() => [TaskHead], { description: 'Its heads.' })
  tasks!: readonly TaskHead[];

  @Field(() => Encoder, { description: 'The encoder it reads its vectors from.' })
  encoder!: Encoder;

  @Field(() => Freeze, { description: 'What kept its weights.' })
  freeze!: Freeze;

  @Field(() => String, { nullable: true, description: 'The data set it learned from, where that had a name.' })
  dataset?: string;

  @Field(() => String, { nullable: true, description: 'sha256 of the rows it learned from.' })
  datasetDigest?: string;

  @Field(() => Int, { description: 'The seed: with the same rows and settings it gives the same weights.' })
  seed!: number;

  @Field(() => Int, { description: 'What its weights take on disk.' })
  sizeBytes!: number;

  @Field(() => [TaskReport], { description: 'How well its heads do on rows they did not learn from.' })
  metrics!: readonly TaskReport[];
}

/** A stored version as the API shows it. */
export const versionView = (version: StoredVersion): ModelVersion => ({
  ...version,
  sizeBytes: Object.values(version.files).reduce((sum, { bytes }) => sum + bytes, 0),
});
