// Generated from operations.graphql and schema.graphql by `npm run schema`.
import type { Operation } from './operation.js';

/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** How much of the encoder is fixed. */
export type BackboneFreeze =
  /** All of it: only heads learn, in seconds. */
  | 'FULL'
  /** Nothing: the whole encoder learns, which takes minutes and gives the best heads. */
  | 'NONE'
  /** The embeddings and the first `frozenLayers` layers: what is above learns, in a minute or so. */
  | 'PARTIAL';

/** A row: a text and its labels. */
export type ExampleInput = {
  /** Rows may be labelled for some tasks only. */
  readonly labels: ReadonlyArray<TaskLabelInput>;
  /** What the row is for; drawn where it is not said. */
  readonly split?: Split | null | undefined;
  /** The text. */
  readonly text: string;
};

/** What keeps its weights. */
export type FreezeInput = {
  /** How much of the encoder. */
  readonly backbone?: BackboneFreeze;
  /** With PARTIAL: how many layers are fixed, from the bottom; 0: only the embeddings. */
  readonly frozenLayers?: number | null | undefined;
  /** Heads that keep their weights; an encoder that learns is taught through them all the same. All heads and FULL together: nothing learns, the job only evaluates, and makes a version where something is removed or renamed. */
  readonly heads?: ReadonlyArray<string>;
};

/** What shapes the learning; the defaults are good untouched. */
export type HyperparametersInput = {
  /** Rows a step; 8 to 256, by the number of rows, when absent, 8 to 32 where the encoder learns. */
  readonly batchSize?: number | null | undefined;
  /** Share of the head's inputs, and of the activations of an encoder that learns, left out at random in a step; 0.1 when absent. */
  readonly dropout?: number | null | undefined;
  /** With PARTIAL and NONE: highest learning rate of the encoder; 0.0001 when absent. */
  readonly encoderLearningRate?: number | null | undefined;
  /** Times that every row is learned from; 30 when absent, 3 to 10, by the number of rows, where the encoder learns. */
  readonly epochs?: number | null | undefined;
  /** Highest learning rate of the heads; 0.05 times the square root of batchSize / 256 when absent, 0.1 where the encoder learns. */
  readonly headLearningRate?: number | null | undefined;
  /** Width of the hidden layer of new heads; 0: linear heads; 0 when absent. */
  readonly hiddenUnits?: number | null | undefined;
  /** Gradients are clipped to this norm; 0: never; 0 when absent, 1 where the encoder learns. */
  readonly maxGradNorm?: number | null | undefined;
  /** With PARTIAL and NONE: tokens of a text that are learned from; as many as the encoder reads when absent. */
  readonly maxTokens?: number | null | undefined;
  /** Stop after this many epochs without a better validation score; 10 when absent, 3 where the encoder learns. */
  readonly patience?: number | null | undefined;
  /** Share of the steps in which the rates rise from 0; 0 when absent, 0.1 where the encoder learns. */
  readonly warmupRatio?: number | null | undefined;
  /** Decoupled weight decay; 0.05 when absent, 0.01 where the encoder learns. */
  readonly weightDecay?: number | null | undefined;
};

/** What a job is to do. */
export type JobKind =
  /** Measure a version on a data set. */
  | 'EVALUATE'
  /** Fit a PCA projection on the vectors of rows. */
  | 'FIT_PROJECTION'
  /** Learn a version. */
  | 'TRAIN';

/** What a running job is busy with. */
export type JobPhase =
  /** Running the rows through the layers that are fixed, each once. */
  | 'BOUNDARY'
  /** Encoding the rows, each once. */
  | 'EMBEDDING'
  /** Measuring on the rows that were held back. */
  | 'EVALUATING'
  /** Writing the version. */
  | 'SAVING'
  /** Learning. */
  | 'TRAINING';

/** Where a job stands. */
export type JobStatus =
  /** Somebody ended it; it left no version, and can be tried again. */
  | 'CANCELLED'
  /** It ended with an error, and can be tried again. */
  | 'FAILED'
  /** It waits for a worker. */
  | 'QUEUED'
  /** A worker has it. */
  | 'RUNNING'
  /** It is done. */
  | 'SUCCEEDED';

/** How the losses of several tasks are summed. */
export type LossWeighting =
  /** All count the same. */
  | 'EQUAL'
  /** Each counts what `lossWeights` says. */
  | 'FIXED'
  /** What each counts is learned: less, the more of its loss cannot be got rid of (Kendall et al. 2018). */
  | 'UNCERTAINTY';

/** How to get from the encoder's own number of dimensions to fewer. */
export type Projection =
  /** Along the directions in which the vectors of real texts differ most; for an encoder that learned it must be fitted first. */
  | 'PCA'
  /** By a seeded Gaussian matrix, which keeps angles roughly as they are; works for any number of dimensions. */
  | 'RANDOM'
  /** The first numbers of the vector. */
  | 'TRUNCATE';

/** Whether a new version takes over `production`. */
export type PromotionPolicy =
  /** It does. */
  | 'ALWAYS'
  /** It does where none is served yet, or where no task is worse beyond chance (95 % interval) and one is better, new, or was renamed or removed as asked: on the TEST rows where the data set has some, else on the validation rows, that neither version learned from. It does not where it is without a task or label that is served and that nobody removed. */
  | 'IF_BETTER'
  /** It waits to be promoted. */
  | 'NEVER';

/** A label of the version gone on from, or a whole task. */
export type RemovalInput = {
  /** The label; the whole task when absent. */
  readonly label?: string | null | undefined;
  /** The task. */
  readonly task: string;
};

/** Another name for a label of the version gone on from, or for a whole task. */
export type RenamingInput = {
  /** The label; the whole task when absent. */
  readonly label?: string | null | undefined;
  /** The task. */
  readonly task: string;
  /** Its name from now on. */
  readonly to: string;
};

/** What a row is for. */
export type Split =
  /** Only to measure. */
  | 'TEST'
  /** To learn from. */
  | 'TRAINING'
  /** To choose the best epoch, temperature and thresholds by; never learned from. */
  | 'VALIDATION';

/** How many labels of a task can be right. */
export type TaskKind =
  /** Any number, none included. */
  | 'MULTI_LABEL'
  /** Exactly one. */
  | 'SINGLE_LABEL';

/** A row's labels of one task: exactly one of `label` and `labels`. */
export type TaskLabelInput = {
  /** The right label of a SINGLE_LABEL task. */
  readonly label?: string | null | undefined;
  /** The right labels of a MULTI_LABEL task; may be empty. */
  readonly labels?: ReadonlyArray<string> | null | undefined;
  /** The task. */
  readonly task: string;
};

/** What the loss of a task counts. */
export type TaskWeightInput = {
  /** The task. */
  readonly task: string;
  /** Above 0. */
  readonly weight: number;
};

/** A training: rows, what learns, and how. */
export type TrainInput = {
  /** Start from this version's weights; from `production` when absent; from the pretrained encoder and fresh heads when the model is new. */
  readonly baseVersion?: number | null | undefined;
  /** A stored dataset, or rows given right here: exactly one of the two. */
  readonly dataset?: string | null | undefined;
  /** The rows, where they are not a stored dataset. */
  readonly examples?: ReadonlyArray<ExampleInput> | null | undefined;
  /** What keeps its weights; the encoder, when absent. */
  readonly freeze?: FreezeInput | null | undefined;
  /** What shapes the learning. */
  readonly hyperparameters?: HyperparametersInput | null | undefined;
  /** How the losses of several tasks are summed. */
  readonly lossWeighting?: LossWeighting;
  /** With FIXED: one weight a task. */
  readonly lossWeights?: ReadonlyArray<TaskWeightInput> | null | undefined;
  /** The model that gets the new version. */
  readonly model?: string;
  /** Whether the new version takes over `production`. */
  readonly promote?: PromotionPolicy;
  /** Labels and tasks of the version gone on from that the new one is without. What is not named stays. */
  readonly remove?: ReadonlyArray<RemovalInput> | null | undefined;
  /** Labels and tasks of the version gone on from that get another name and keep their weights. The rows, and all else in this input, have the new names. */
  readonly rename?: ReadonlyArray<RenamingInput> | null | undefined;
  /** The same seed, rows, settings and base version give the same weights. Rows are split with the seed of the first version of the line. */
  readonly seed?: number;
  /** Only these tasks of the dataset; all of them when absent. */
  readonly tasks?: ReadonlyArray<string> | null | undefined;
  /** Share of the rows that only measure, 0 to 0.9. */
  readonly validationSplit?: number;
};

/** What an event tells. */
export type TrainingEventKind =
  /** An epoch ended; every epoch is told. */
  | 'EPOCH'
  /** Where the job stands. */
  | 'STATUS'
  /** A step was taken; steps that follow each other fast are left out. */
  | 'STEP'
  /** A version was made. */
  | 'VERSION';

export type ReportFieldsFragment = { readonly task: string, readonly support: number, readonly split: Split | null, readonly accuracy: number, readonly macroF1: number, readonly expectedCalibrationError: number | null, readonly perLabel: ReadonlyArray<{ readonly label: string, readonly precision: number, readonly recall: number, readonly f1: number, readonly support: number }> };

export type VersionFieldsFragment = { readonly number: number, readonly createdAt: string, readonly parent: number | null, readonly jobId: string | null, readonly dataset: string | null, readonly datasetDigest: string | null, readonly seed: number, readonly sizeBytes: number, readonly encoder: { readonly id: string, readonly base: string, readonly dimensions: number, readonly fineTuned: boolean }, readonly freeze: { readonly backbone: BackboneFreeze, readonly frozenLayers: number | null, readonly heads: ReadonlyArray<string> }, readonly tasks: ReadonlyArray<{ readonly task: string, readonly kind: TaskKind, readonly labels: ReadonlyArray<string>, readonly frozen: boolean }>, readonly metrics: ReadonlyArray<{ readonly task: string, readonly support: number, readonly split: Split | null, readonly accuracy: number, readonly macroF1: number, readonly expectedCalibrationError: number | null, readonly perLabel: ReadonlyArray<{ readonly label: string, readonly precision: number, readonly recall: number, readonly f1: number, readonly support: number }> }>, readonly promotion: { readonly promoted: boolean, readonly reason: string, readonly comparedWith: number | null } | null };

export type EpochFieldsFragment = { readonly epoch: number, readonly at: string, readonly trainLoss: number, readonly validationLoss: number | null, readonly examplesPerSecond: number, readonly etaSeconds: number | null, readonly tasks: ReadonlyArray<{ readonly task: string, readonly loss: number | null, readonly accuracy: number | null, readonly macroF1: number | null, readonly support: number }> };

export type StateFieldsFragment = { readonly id: string, readonly kind: JobKind, readonly model: string, readonly dataset: string | null, readonly status: JobStatus, readonly attempt: number, readonly workersLost: number, readonly phase: JobPhase | null, readonly progress: number, readonly etaSeconds: number | null, readonly examplesPerSecond: number | null, readonly createdAt: string, readonly startedAt: string | null, readonly finishedAt: string | null, readonly by: string, readonly error: { readonly code: string, readonly message: string } | null };

export type JobFieldsFragment = { readonly trainableParameters: number | null, readonly frozenParameters: number | null, readonly projectionVersion: number | null, readonly warnings: ReadonlyArray<string>, readonly id: string, readonly kind: JobKind, readonly model: string, readonly dataset: string | null, readonly status: JobStatus, readonly attempt: number, readonly workersLost: number, readonly phase: JobPhase | null, readonly progress: number, readonly etaSeconds: number | null, readonly examplesPerSecond: number | null, readonly createdAt: string, readonly startedAt: string | null, readonly finishedAt: string | null, readonly by: string, readonly keptEpochs: ReadonlyArray<{ readonly task: string, readonly epoch: number }>, readonly promotion: { readonly promoted: boolean, readonly reason: string, readonly comparedWith: number | null } | null, readonly metrics: ReadonlyArray<{ readonly task: string, readonly support: number, readonly split: Split | null, readonly accuracy: number, readonly macroF1: number, readonly expectedCalibrationError: number | null, readonly perLabel: ReadonlyArray<{ readonly label: string, readonly precision: number, readonly recall: number, readonly f1: number, readonly support: number }> }>, readonly version: { readonly number: number, readonly createdAt: string, readonly parent: number | null, readonly jobId: string | null, readonly dataset: string | null, readonly datasetDigest: string | null, readonly seed: number, readonly sizeBytes: number, readonly encoder: { readonly id: string, readonly base: string, readonly dimensions: number, readonly fineTuned: boolean }, readonly freeze: { readonly backbone: BackboneFreeze, readonly frozenLayers: number | null, readonly heads: ReadonlyArray<string> }, readonly tasks: ReadonlyArray<{ readonly task: string, readonly kind: TaskKind, readonly labels: ReadonlyArray<string>, readonly frozen: boolean }>, readonly metrics: ReadonlyArray<{ readonly task: string, readonly support: number, readonly split: Split | null, readonly accuracy: number, readonly macroF1: number, readonly expectedCalibrationError: number | null, readonly perLabel: ReadonlyArray<{ readonly label: string, readonly precision: number, readonly recall: number, readonly f1: number, readonly support: number }> }>, readonly promotion: { readonly promoted: boolean, readonly reason: string, readonly comparedWith: number | null } | null } | null, readonly error: { readonly code: string, readonly message: string } | null };

export type ModelFieldsFragment = { readonly name: string, readonly aliases: ReadonlyArray<{ readonly name: string, readonly version: number }>, readonly production: { readonly number: number } | null };

export type DatasetFieldsFragment = { readonly name: string, readonly rows: number, readonly digest: string, readonly createdAt: string, readonly warnings: ReadonlyArray<string>, readonly splits: ReadonlyArray<{ readonly split: Split, readonly rows: number }>, readonly tasks: ReadonlyArray<{ readonly task: string, readonly kind: TaskKind, readonly unlabelledRows: number, readonly labels: ReadonlyArray<{ readonly label: string, readonly rows: number }> }> };

export type EmbedQueryVariables = Exact<{
  texts: ReadonlyArray<string> | string;
  dimensions?: number | null | undefined;
  projection?: Projection;
  seed?: number;
  projectionVersion?: number | null | undefined;
  normalize?: boolean;
  model?: string;
  version?: number | null | undefined;
  alias?: string | null | undefined;
}>;


export type EmbedQuery = { readonly embed: ReadonlyArray<{ readonly vector: string, readonly dimensions: number, readonly projectionVersion: number | null, readonly tokens: number, readonly truncated: boolean }> };

export type ClassifyQueryVariables = Exact<{
  texts: ReadonlyArray<string> | string;
  tasks?: ReadonlyArray<string> | string | null | undefined;
  allowAbstain?: boolean;
  top?: number | null | undefined;
  model?: string;
  version?: number | null | undefined;
  alias?: string | null | undefined;
}>;


export type ClassifyQuery = { readonly classify: ReadonlyArray<{ readonly text: string, readonly model: string, readonly version: number, readonly truncated: boolean, readonly predictions: ReadonlyArray<{ readonly task: string, readonly label: string | null, readonly labels: ReadonlyArray<string>, readonly confidence: number, readonly abstained: boolean, readonly outOfScopeScore: number | null, readonly scores: ReadonlyArray<{ readonly label: string, readonly score: number }> }> }> };

export type TrainMutationVariables = Exact<{
  input: TrainInput;
}>;


export type TrainMutation = { readonly train: { readonly trainableParameters: number | null, readonly frozenParameters: number | null, readonly projectionVersion: number | null, readonly warnings: ReadonlyArray<string>, readonly id: string, readonly kind: JobKind, readonly model: string, readonly dataset: string | null, readonly status: JobStatus, readonly attempt: number, readonly workersLost: number, readonly phase: JobPhase | null, readonly progress: number, readonly etaSeconds: number | null, readonly examplesPerSecond: number | null, readonly createdAt: string, readonly startedAt: string | null, readonly finishedAt: string | null, readonly by: string, readonly keptEpochs: ReadonlyArray<{ readonly task: string, readonly epoch: number }>, readonly promotion: { readonly promoted: boolean, readonly reason: string, readonly comparedWith: number | null } | null, readonly metrics: ReadonlyArray<{ readonly task: string, readonly support: number, readonly split: Split | null, readonly accuracy: number, readonly macroF1: number, readonly expectedCalibrationError: number | null, readonly perLabel: ReadonlyArray<{ readonly label: string, readonly precision: number, readonly recall: number, readonly f1: number, readonly support: number }> }>, readonly version: { readonly number: number, readonly createdAt: string, readonly parent: number | null, readonly jobId: string | null, readonly dataset: string | null, readonly datasetDigest: string | null, readonly seed: number, readonly sizeBytes: number, readonly encoder: { readonly id: string, readonly base: string, readonly dimensions: number, readonly fineTuned: boolean }, readonly freeze: { readonly backbone: BackboneFreeze, readonly frozenLayers: number | null, readonly heads: ReadonlyArray<string> }, readonly tasks: ReadonlyArray<{ readonly task: string, readonly kind: TaskKind, readonly labels: ReadonlyArray<string>, readonly frozen: boolean }>, readonly metrics: ReadonlyArray<{ readonly task: string, readonly support: number, readonly split: Split | null, readonly accuracy: number, readonly macroF1: number, readonly expectedCalibrationError: number | null, readonly perLabel: ReadonlyArray<{ readonly label: string, readonly precision: number, readonly recall: number, readonly f1: number, readonly support: number }> }>, readonly promotion: { readonly promoted: boolean, readonly reason: string, readonly comparedWith: number | null } | null } | null, readonly error: { readonly code: string, readonly message: string } | null } };

export type EvaluateMutationVariables = Exact<{
  dataset: string;
  model?: string;
  version?: number | null | undefined;
  split?: Split | null | undefined;
}>;


export type EvaluateMutation = { readonly evaluate: { readonly trainableParameters: number | null, readonly frozenParameters: number | null, readonly projectionVersion: number | null, readonly warnings: ReadonlyArray<string>, readonly id: string, readonly kind: JobKind, readonly model: string, readonly dataset: string | null, readonly status: JobStatus, readonly attempt: number, readonly workersLost: number, readonly phase: JobPhase | null, readonly progress: number, readonly etaSeconds: number | null, readonly examplesPerSecond: number | null, readonly createdAt: string, readonly startedAt: string | null, readonly finishedAt: string | null, readonly by: string, readonly keptEpochs: ReadonlyArray<{ readonly task: string, readonly epoch: number }>, readonly promotion: { readonly promoted: boolean, readonly reason: string, readonly comparedWith: number | null } | null, readonly metrics: ReadonlyArray<{ readonly task: string, readonly support: number, readonly split: Split | null, readonly accuracy: number, readonly macroF1: number, readonly expectedCalibrationError: number | null, readonly perLabel: ReadonlyArray<{ readonly label: string, readonly precision: number, readonly recall: number, readonly f1: number, readonly support: number }> }>, readonly version: { readonly number: number, readonly createdAt: string, readonly parent: number | null, readonly jobId: string | null, readonly dataset: string | null, readonly datasetDigest: string | null, readonly seed: number, readonly sizeBytes: number, readonly encoder: { readonly id: string, readonly base: string, readonly dimensions: number, readonly fineTuned: boolean }, readonly freeze: { readonly backbone: BackboneFreeze, readonly frozenLayers: number | null, readonly heads: ReadonlyArray<string> }, readonly tasks: ReadonlyArray<{ readonly task: string, readonly kind: TaskKind, readonly labels: ReadonlyArray<string>, readonly frozen: boolean }>, readonly metrics: ReadonlyArray<{ readonly task: string, readonly support: number, readonly split: Split | null, readonly accuracy: number, readonly macroF1: number, readonly expectedCalibrationError: number | null, readonly perLabel: ReadonlyArray<{ readonly label: string, readonly precision: number, readonly recall: number, readonly f1: number, readonly support: number }> }>, readonly promotion: { readonly promoted: boolean, readonly reason: string, readonly comparedWith: number | null } | null } | null, readonly error: { readonly code: string, readonly message: string } | null } };

export type CancelMutationVariables = Exact<{
  id: string;
}>;


export type CancelMutation = { readonly cancelTraining: { readonly trainableParameters: number | null, readonly frozenParameters: number | null, readonly projectionVersion: number | null, readonly warnings: ReadonlyArray<string>, readonly id: string, readonly kind: JobKind, readonly model: string, readonly dataset: string | null, readonly status: JobStatus, readonly attempt: number, readonly workersLost: number, readonly phase: JobPhase | null, readonly progress: number, readonly etaSeconds: number | null, readonly examplesPerSecond: number | null, readonly createdAt: string, readonly startedAt: string | null, readonly finishedAt: string | null, readonly by: string, readonly keptEpochs: ReadonlyArray<{ readonly task: string, readonly epoch: number }>, readonly promotion: { readonly promoted: boolean, readonly reason: string, readonly comparedWith: number | null } | null, readonly metrics: ReadonlyArray<{ readonly task: string, readonly support: number, readonly split: Split | null, readonly accuracy: number, readonly macroF1: number, readonly expectedCalibrationError: number | null, readonly perLabel: ReadonlyArray<{ readonly label: string, readonly precision: number, readonly recall: number, readonly f1: number, readonly support: number }> }>, readonly version: { readonly number: number, readonly createdAt: string, readonly parent: number | null, readonly jobId: string | null, readonly dataset: string | null, readonly datasetDigest: string | null, readonly seed: number, readonly sizeBytes: number, readonly encoder: { readonly id: string, readonly base: string, readonly dimensions: number, readonly fineTuned: boolean }, readonly freeze: { readonly backbone: BackboneFreeze, readonly frozenLayers: number | null, readonly heads: ReadonlyArray<string> }, readonly tasks: ReadonlyArray<{ readonly task: string, readonly kind: TaskKind, readonly labels: ReadonlyArray<string>, readonly frozen: boolean }>, readonly metrics: ReadonlyArray<{ readonly task: string, readonly support: number, readonly split: Split | null, readonly accuracy: number, readonly macroF1: number, readonly expectedCalibrationError: number | null, readonly perLabel: ReadonlyArray<{ readonly label: string, readonly precision: number, readonly recall: number, readonly f1: number, readonly support: number }> }>, readonly promotion: { readonly promoted: boolean, readonly reason: string, readonly comparedWith: number | null } | null } | null, readonly error: { readonly code: string, readonly message: string } | null } };

export type RetryMutationVariables = Exact<{
  id: string;
}>;


export type RetryMutation = { readonly retryTraining: { readonly trainableParameters: number | null, readonly frozenParameters: number | null, readonly projectionVersion: number | null, readonly warnings: ReadonlyArray<string>, readonly id: string, readonly kind: JobKind, readonly model: string, readonly dataset: string | null, readonly status: JobStatus, readonly attempt: number, readonly workersLost: number, readonly phase: JobPhase | null, readonly progress: number, readonly etaSeconds: number | null, readonly examplesPerSecond: number | null, readonly createdAt: string, readonly startedAt: string | null, readonly finishedAt: string | null, readonly by: string, readonly keptEpochs: ReadonlyArray<{ readonly task: string, readonly epoch: number }>, readonly promotion: { readonly promoted: boolean, readonly reason: string, readonly comparedWith: number | null } | null, readonly metrics: ReadonlyArray<{ readonly task: string, readonly support: number, readonly split: Split | null, readonly accuracy: number, readonly macroF1: number, readonly expectedCalibrationError: number | null, readonly perLabel: ReadonlyArray<{ readonly label: string, readonly precision: number, readonly recall: number, readonly f1: number, readonly support: number }> }>, readonly version: { readonly number: number, readonly createdAt: string, readonly parent: number | null, readonly jobId: string | null, readonly dataset: string | null, readonly datasetDigest: string | null, readonly seed: number, readonly sizeBytes: number, readonly encoder: { readonly id: string, readonly base: string, readonly dimensions: number, readonly fineTuned: boolean }, readonly freeze: { readonly backbone: BackboneFreeze, readonly frozenLayers: number | null, readonly heads: ReadonlyArray<string> }, readonly tasks: ReadonlyArray<{ readonly task: string, readonly kind: TaskKind, readonly labels: ReadonlyArray<string>, readonly frozen: boolean }>, readonly metrics: ReadonlyArray<{ readonly task: string, readonly support: number, readonly split: Split | null, readonly accuracy: number, readonly macroF1: number, readonly expectedCalibrationError: number | null, readonly perLabel: ReadonlyArray<{ readonly label: string, readonly precision: number, readonly recall: number, readonly f1: number, readonly support: number }> }>, readonly promotion: { readonly promoted: boolean, readonly reason: string, readonly comparedWith: number | null } | null } | null, readonly error: { readonly code: string, readonly message: string } | null } };

export type JobQueryVariables = Exact<{
  id: string;
}>;


export type JobQuery = { readonly trainingJob: { readonly trainableParameters: number | null, readonly frozenParameters: number | null, readonly projectionVersion: number | null, readonly warnings: ReadonlyArray<string>, readonly id: string, readonly kind: JobKind, readonly model: string, readonly dataset: string | null, readonly status: JobStatus, readonly attempt: number, readonly workersLost: number, readonly phase: JobPhase | null, readonly progress: number, readonly etaSeconds: number | null, readonly examplesPerSecond: number | null, readonly createdAt: string, readonly startedAt: string | null, readonly finishedAt: string | null, readonly by: string, readonly keptEpochs: ReadonlyArray<{ readonly task: string, readonly epoch: number }>, readonly promotion: { readonly promoted: boolean, readonly reason: string, readonly comparedWith: number | null } | null, readonly metrics: ReadonlyArray<{ readonly task: string, readonly support: number, readonly split: Split | null, readonly accuracy: number, readonly macroF1: number, readonly expectedCalibrationError: number | null, readonly perLabel: ReadonlyArray<{ readonly label: string, readonly precision: number, readonly recall: number, readonly f1: number, readonly support: number }> }>, readonly version: { readonly number: number, readonly createdAt: string, readonly parent: number | null, readonly jobId: string | null, readonly dataset: string | null, readonly datasetDigest: string | null, readonly seed: number, readonly sizeBytes: number, readonly encoder: { readonly id: string, readonly base: string, readonly dimensions: number, readonly fineTuned: boolean }, readonly freeze: { readonly backbone: BackboneFreeze, readonly frozenLayers: number | null, readonly heads: ReadonlyArray<string> }, readonly tasks: ReadonlyArray<{ readonly task: string, readonly kind: TaskKind, readonly labels: ReadonlyArray<string>, readonly frozen: boolean }>, readonly metrics: ReadonlyArray<{ readonly task: string, readonly support: number, readonly split: Split | null, readonly accuracy: number, readonly macroF1: number, readonly expectedCalibrationError: number | null, readonly perLabel: ReadonlyArray<{ readonly label: string, readonly precision: number, readonly recall: number, readonly f1: number, readonly support: number }> }>, readonly promotion: { readonly promoted: boolean, readonly reason: string, readonly comparedWith: number | null } | null } | null, readonly error: { readonly code: string, readonly message: string } | null } | null };

export type HistoryQueryVariables = Exact<{
  id: string;
}>;


export type HistoryQuery = { readonly trainingJob: { readonly history: ReadonlyArray<{ readonly epoch: number, readonly at: string, readonly trainLoss: number, readonly validationLoss: number | null, readonly examplesPerSecond: number, readonly etaSeconds: number | null, readonly tasks: ReadonlyArray<{ readonly task: string, readonly loss: number | null, readonly accuracy: number | null, readonly macroF1: number | null, readonly support: number }> }> } | null };

export type JobsQueryVariables = Exact<{
  first?: number;
  after?: string | null | undefined;
  model?: string | null | undefined;
  status?: ReadonlyArray<JobStatus> | JobStatus | null | undefined;
  kind?: ReadonlyArray<JobKind> | JobKind | null | undefined;
}>;


export type JobsQuery = { readonly trainingJobs: { readonly totalCount: number, readonly hasNextPage: boolean, readonly endCursor: string | null, readonly nodes: ReadonlyArray<{ readonly id: string, readonly kind: JobKind, readonly model: string, readonly dataset: string | null, readonly status: JobStatus, readonly attempt: number, readonly workersLost: number, readonly phase: JobPhase | null, readonly progress: number, readonly etaSeconds: number | null, readonly examplesPerSecond: number | null, readonly createdAt: string, readonly startedAt: string | null, readonly finishedAt: string | null, readonly by: string, readonly version: { readonly number: number } | null, readonly error: { readonly code: string, readonly message: string } | null }> } };

export type ProgressSubscriptionVariables = Exact<{
  id: string;
}>;


export type ProgressSubscription = { readonly trainingProgress: { readonly kind: TrainingEventKind, readonly at: string, readonly epoch: number | null, readonly step: number | null, readonly totalSteps: number | null, readonly loss: number | null, readonly etaSeconds: number | null, readonly job: { readonly id: string, readonly kind: JobKind, readonly model: string, readonly dataset: string | null, readonly status: JobStatus, readonly attempt: number, readonly workersLost: number, readonly phase: JobPhase | null, readonly progress: number, readonly etaSeconds: number | null, readonly examplesPerSecond: number | null, readonly createdAt: string, readonly startedAt: string | null, readonly finishedAt: string | null, readonly by: string, readonly error: { readonly code: string, readonly message: string } | null } } };

export type ModelsQueryVariables = Exact<{ [key: string]: never; }>;


export type ModelsQuery = { readonly models: ReadonlyArray<{ readonly name: string, readonly aliases: ReadonlyArray<{ readonly name: string, readonly version: number }>, readonly production: { readonly number: number } | null }> };

export type ModelQueryVariables = Exact<{
  name?: string;
  first?: number;
  after?: number | null | undefined;
}>;


export type ModelQuery = { readonly model: { readonly name: string, readonly versions: ReadonlyArray<{ readonly number: number, readonly createdAt: string, readonly parent: number | null, readonly jobId: string | null, readonly dataset: string | null, readonly datasetDigest: string | null, readonly seed: number, readonly sizeBytes: number, readonly encoder: { readonly id: string, readonly base: string, readonly dimensions: number, readonly fineTuned: boolean }, readonly freeze: { readonly backbone: BackboneFreeze, readonly frozenLayers: number | null, readonly heads: ReadonlyArray<string> }, readonly tasks: ReadonlyArray<{ readonly task: string, readonly kind: TaskKind, readonly labels: ReadonlyArray<string>, readonly frozen: boolean }>, readonly metrics: ReadonlyArray<{ readonly task: string, readonly support: number, readonly split: Split | null, readonly accuracy: number, readonly macroF1: number, readonly expectedCalibrationError: number | null, readonly perLabel: ReadonlyArray<{ readonly label: string, readonly precision: number, readonly recall: number, readonly f1: number, readonly support: number }> }>, readonly promotion: { readonly promoted: boolean, readonly reason: string, readonly comparedWith: number | null } | null }>, readonly aliases: ReadonlyArray<{ readonly name: string, readonly version: number }>, readonly production: { readonly number: number } | null } | null };

export type PromoteMutationVariables = Exact<{
  version: number;
  model?: string;
  alias?: string;
}>;


export type PromoteMutation = { readonly promote: { readonly name: string, readonly aliases: ReadonlyArray<{ readonly name: string, readonly version: number }>, readonly production: { readonly number: number } | null } };

export type RollBackMutationVariables = Exact<{
  model?: string;
  alias?: string;
}>;


export type RollBackMutation = { readonly rollBack: { readonly name: string, readonly aliases: ReadonlyArray<{ readonly name: string, readonly version: number }>, readonly production: { readonly number: number } | null } };

export type DatasetsQueryVariables = Exact<{ [key: string]: never; }>;


export type DatasetsQuery = { readonly datasets: ReadonlyArray<{ readonly name: string, readonly rows: number, readonly digest: string, readonly createdAt: string, readonly warnings: ReadonlyArray<string>, readonly splits: ReadonlyArray<{ readonly split: Split, readonly rows: number }>, readonly tasks: ReadonlyArray<{ readonly task: string, readonly kind: TaskKind, readonly unlabelledRows: number, readonly labels: ReadonlyArray<{ readonly label: string, readonly rows: number }> }> }> };

export type DatasetQueryVariables = Exact<{
  name: string;
}>;


export type DatasetQuery = { readonly dataset: { readonly name: string, readonly rows: number, readonly digest: string, readonly createdAt: string, readonly warnings: ReadonlyArray<string>, readonly splits: ReadonlyArray<{ readonly split: Split, readonly rows: number }>, readonly tasks: ReadonlyArray<{ readonly task: string, readonly kind: TaskKind, readonly unlabelledRows: number, readonly labels: ReadonlyArray<{ readonly label: string, readonly rows: number }> }> } | null };

export type DeleteDatasetMutationVariables = Exact<{
  name: string;
}>;


export type DeleteDatasetMutation = { readonly deleteDataset: boolean };

export const Embed: Operation<EmbedQuery, EmbedQueryVariables> = "query Embed($texts:[String!]!$dimensions:Int$projection:Projection!=PCA$seed:Int!=0$projectionVersion:Int$normalize:Boolean!=true$model:String!=\"default\"$version:Int$alias:String){embed(texts:$texts dimensions:$dimensions projection:$projection seed:$seed projectionVersion:$projectionVersion normalize:$normalize model:$model version:$version alias:$alias encoding:BASE64){vector dimensions projectionVersion tokens truncated}}";
export const Classify: Operation<ClassifyQuery, ClassifyQueryVariables> = "query Classify($texts:[String!]!$tasks:[String!]$allowAbstain:Boolean!=false$top:Int$model:String!=\"default\"$version:Int$alias:String){classify(texts:$texts tasks:$tasks allowAbstain:$allowAbstain model:$model version:$version alias:$alias){text model version truncated predictions{task label labels confidence abstained outOfScopeScore scores(top:$top){label score}}}}";
export const Train: Operation<TrainMutation, TrainMutationVariables> = "mutation Train($input:TrainInput!){train(input:$input){...JobFields}}fragment JobFields on TrainingJob{...StateFields trainableParameters frozenParameters projectionVersion warnings keptEpochs{task epoch}promotion{promoted reason comparedWith}metrics{...ReportFields}version{...VersionFields}}fragment StateFields on TrainingJob{id kind model dataset status attempt workersLost phase progress etaSeconds examplesPerSecond createdAt startedAt finishedAt by error{code message}}fragment ReportFields on TaskReport{task support split accuracy macroF1 expectedCalibrationError perLabel{label precision recall f1 support}}fragment VersionFields on ModelVersion{number createdAt parent jobId dataset datasetDigest seed sizeBytes encoder{id base dimensions fineTuned}freeze{backbone frozenLayers heads}tasks{task kind labels frozen}metrics{...ReportFields}promotion{promoted reason comparedWith}}";
export const Evaluate: Operation<EvaluateMutation, EvaluateMutationVariables> = "mutation Evaluate($dataset:String!$model:String!=\"default\"$version:Int$split:Split){evaluate(dataset:$dataset model:$model version:$version split:$split){...JobFields}}fragment JobFields on TrainingJob{...StateFields trainableParameters frozenParameters projectionVersion warnings keptEpochs{task epoch}promotion{promoted reason comparedWith}metrics{...ReportFields}version{...VersionFields}}fragment StateFields on TrainingJob{id kind model dataset status attempt workersLost phase progress etaSeconds examplesPerSecond createdAt startedAt finishedAt by error{code message}}fragment ReportFields on TaskReport{task support split accuracy macroF1 expectedCalibrationError perLabel{label precision recall f1 support}}fragment VersionFields on ModelVersion{number createdAt parent jobId dataset datasetDigest seed sizeBytes encoder{id base dimensions fineTuned}freeze{backbone frozenLayers heads}tasks{task kind labels frozen}metrics{...ReportFields}promotion{promoted reason comparedWith}}";
export const Cancel: Operation<CancelMutation, CancelMutationVariables> = "mutation Cancel($id:ID!){cancelTraining(id:$id){...JobFields}}fragment JobFields on TrainingJob{...StateFields trainableParameters frozenParameters projectionVersion warnings keptEpochs{task epoch}promotion{promoted reason comparedWith}metrics{...ReportFields}version{...VersionFields}}fragment StateFields on TrainingJob{id kind model dataset status attempt workersLost phase progress etaSeconds examplesPerSecond createdAt startedAt finishedAt by error{code message}}fragment ReportFields on TaskReport{task support split accuracy macroF1 expectedCalibrationError perLabel{label precision recall f1 support}}fragment VersionFields on ModelVersion{number createdAt parent jobId dataset datasetDigest seed sizeBytes encoder{id base dimensions fineTuned}freeze{backbone frozenLayers heads}tasks{task kind labels frozen}metrics{...ReportFields}promotion{promoted reason comparedWith}}";
export const Retry: Operation<RetryMutation, RetryMutationVariables> = "mutation Retry($id:ID!){retryTraining(id:$id){...JobFields}}fragment JobFields on TrainingJob{...StateFields trainableParameters frozenParameters projectionVersion warnings keptEpochs{task epoch}promotion{promoted reason comparedWith}metrics{...ReportFields}version{...VersionFields}}fragment StateFields on TrainingJob{id kind model dataset status attempt workersLost phase progress etaSeconds examplesPerSecond createdAt startedAt finishedAt by error{code message}}fragment ReportFields on TaskReport{task support split accuracy macroF1 expectedCalibrationError perLabel{label precision recall f1 support}}fragment VersionFields on ModelVersion{number createdAt parent jobId dataset datasetDigest seed sizeBytes encoder{id base dimensions fineTuned}freeze{backbone frozenLayers heads}tasks{task kind labels frozen}metrics{...ReportFields}promotion{promoted reason comparedWith}}";
export const Job: Operation<JobQuery, JobQueryVariables> = "query Job($id:ID!){trainingJob(id:$id){...JobFields}}fragment JobFields on TrainingJob{...StateFields trainableParameters frozenParameters projectionVersion warnings keptEpochs{task epoch}promotion{promoted reason comparedWith}metrics{...ReportFields}version{...VersionFields}}fragment StateFields on TrainingJob{id kind model dataset status attempt workersLost phase progress etaSeconds examplesPerSecond createdAt startedAt finishedAt by error{code message}}fragment ReportFields on TaskReport{task support split accuracy macroF1 expectedCalibrationError perLabel{label precision recall f1 support}}fragment VersionFields on ModelVersion{number createdAt parent jobId dataset datasetDigest seed sizeBytes encoder{id base dimensions fineTuned}freeze{backbone frozenLayers heads}tasks{task kind labels frozen}metrics{...ReportFields}promotion{promoted reason comparedWith}}";
export const History: Operation<HistoryQuery, HistoryQueryVariables> = "query History($id:ID!){trainingJob(id:$id){history{...EpochFields}}}fragment EpochFields on EpochMetrics{epoch at trainLoss validationLoss examplesPerSecond etaSeconds tasks{task loss accuracy macroF1 support}}";
export const Jobs: Operation<JobsQuery, JobsQueryVariables> = "query Jobs($first:Int!=20$after:String$model:String$status:[JobStatus!]$kind:[JobKind!]){trainingJobs(first:$first after:$after model:$model status:$status kind:$kind){totalCount hasNextPage endCursor nodes{...StateFields version{number}}}}fragment StateFields on TrainingJob{id kind model dataset status attempt workersLost phase progress etaSeconds examplesPerSecond createdAt startedAt finishedAt by error{code message}}";
export const Progress: Operation<ProgressSubscription, ProgressSubscriptionVariables> = "subscription Progress($id:ID!){trainingProgress(id:$id){kind at epoch step totalSteps loss etaSeconds job{...StateFields}}}fragment StateFields on TrainingJob{id kind model dataset status attempt workersLost phase progress etaSeconds examplesPerSecond createdAt startedAt finishedAt by error{code message}}";
export const Models: Operation<ModelsQuery, ModelsQueryVariables> = "query Models{models{...ModelFields}}fragment ModelFields on Model{name aliases{name version}production{number}}";
export const Model: Operation<ModelQuery, ModelQueryVariables> = "query Model($name:String!=\"default\"$first:Int!=20$after:Int){model(name:$name){...ModelFields versions(first:$first after:$after){...VersionFields}}}fragment ModelFields on Model{name aliases{name version}production{number}}fragment VersionFields on ModelVersion{number createdAt parent jobId dataset datasetDigest seed sizeBytes encoder{id base dimensions fineTuned}freeze{backbone frozenLayers heads}tasks{task kind labels frozen}metrics{...ReportFields}promotion{promoted reason comparedWith}}fragment ReportFields on TaskReport{task support split accuracy macroF1 expectedCalibrationError perLabel{label precision recall f1 support}}";
export const Promote: Operation<PromoteMutation, PromoteMutationVariables> = "mutation Promote($version:Int!$model:String!=\"default\"$alias:String!=\"production\"){promote(version:$version model:$model alias:$alias){...ModelFields}}fragment ModelFields on Model{name aliases{name version}production{number}}";
export const RollBack: Operation<RollBackMutation, RollBackMutationVariables> = "mutation RollBack($model:String!=\"default\"$alias:String!=\"production\"){rollBack(model:$model alias:$alias){...ModelFields}}fragment ModelFields on Model{name aliases{name version}production{number}}";
export const Datasets: Operation<DatasetsQuery, DatasetsQueryVariables> = "query Datasets{datasets{...DatasetFields}}fragment DatasetFields on Dataset{name rows digest createdAt warnings splits{split rows}tasks{task kind unlabelledRows labels{label rows}}}";
export const Dataset: Operation<DatasetQuery, DatasetQueryVariables> = "query Dataset($name:String!){dataset(name:$name){...DatasetFields}}fragment DatasetFields on Dataset{name rows digest createdAt warnings splits{split rows}tasks{task kind unlabelledRows labels{label rows}}}";
export const DeleteDataset: Operation<DeleteDatasetMutation, DeleteDatasetMutationVariables> = "mutation DeleteDataset($name:String!){deleteDataset(name:$name)}";
