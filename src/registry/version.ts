import { ManyheadError, shown } from '../errors.js';
import type { HeadDescription } from '../heads/file.js';
import type { Reshape } from '../heads/reshape.js';
import type { Hyperparameters } from '../training/hyperparameters.js';
import type { TaskReport } from '../training/metrics.js';
import type { Freeze } from '../training/plan.js';
import type { PromotionDecision } from './promotion.js';

/** Which encoder a version reads its vectors from. */
export interface EncoderReference {
  /** sha256 of the encoder's weights. */
  readonly id: string;
  /** The pretrained encoder it is, or came from. */
  readonly base: string;
  /** Whether it learned; it is then kept beside the versions, under its id. */
  readonly fineTuned: boolean;
  readonly dimensions: number;
  readonly maxTokens: number;
}

/** A version that another goes on from. */
export interface Ancestor {
  readonly number: number;
  /** What became of its own parent's tasks and labels first; absent where that is not known. */
  readonly reshape?: Reshape;
}

/** What version.json holds: where a version comes from, what it can do, and how well. */
export interface ModelVersion {
  /** Of this file; a later format reads the earlier ones. */
  readonly format: 1;
  readonly model: string;
  readonly number: number;
  /** The version it went on from. */
  readonly parent: number | undefined;
  /** What became of the parent's tasks and labels first; absent where an earlier release wrote it. */
  readonly reshape?: Reshape;
  /** The last 100 versions it goes on from, nearest first: known also once they are deleted; absent where an earlier release wrote it. */
  readonly lineage?: readonly Ancestor[];
  readonly createdAt: string;
  readonly jobId: string;
  readonly tasks: readonly (HeadDescription & { readonly frozen: boolean })[];
  readonly encoder: EncoderReference;
  readonly freeze: Freeze;
  readonly hyperparameters: Hyperparameters;
  /** Absent where an earlier release wrote it: then the weights tell. */
  readonly lossWeighting?: 'EQUAL' | 'FIXED' | 'UNCERTAINTY';
  /** What each task's loss counted; none where that was learned. */
  readonly lossWeights: Readonly<Record<string, number>>;
  /** The tasks by whose labels the rows were split; those of all heads where an earlier release wrote it. */
  readonly learnedTasks?: readonly string[];
  readonly validationSplit: number;
  readonly seed: number;
  /** What rows are split with: the seed of the first of its ancestors, so that what measured never learns; absent where it is `seed`. */
  readonly splitSeed?: number;
  /** What makes its reports worth less than they seem. */
  readonly warnings?: readonly string[];
  readonly dataset: string | undefined;
  readonly datasetDigest: string;
  /** Measured on rows the heads never learned from; an untouched head keeps its parent's report. */
  readonly metrics: readonly TaskReport[];
  /** Whether an earlier release promoted it; what was decided since then stands in the model's ledger. */
  readonly promotion?: PromotionDecision;
  /** What it was made with, such as `@tensorflow/tfjs: 4.22.0 (wasm)`. */
  readonly libraries: Readonly<Record<string, string>>;
  /** Seconds a phase. */
  readonly seconds: Readonly<Record<string, number>>;
  /** What it takes on disk; `encoder` is the folder of an encoder that learned, which other versions may share. */
  readonly files: { readonly [name: string]: { readonly sha256: string; readonly bytes: number } };
}

/**
 * A version from the text of its version.json.
 * @throws ManyheadError CONFLICT where a later release wrote it
 */
export function readVersion(text: string): ModelVersion {
  const version: ModelVersion | LaterVersion = JSON.parse(text);
  if (version.format === 1) return version;
  const { model, number, format } = version;
  throw new ManyheadError(
    'CONFLICT',
    `version ${number} of model ${shown(model)} was written by a later release (format ${format}; this one reads 1): start that one.`,
    'version',
  );
}

interface LaterVersion {
  readonly format: 2;
  readonly model: string;
  readonly number: number;
}

/** A version before the registry has given it a number and written its files. */
export type VersionDraft = Omit<ModelVersion, 'format' | 'number' | 'createdAt' | 'files'>;

/**
 * Makes sure that a version's encoder is at hand: it is the pretrained one that runs here, or one that learned.
 * @throws ManyheadError CONFLICT
 */
export function checkEncoder({ model, number, encoder }: ModelVersion, encoderId: string, field: string): void {
  if (encoder.fineTuned || encoder.id === encoderId) return;
  throw new ManyheadError(
    'CONFLICT',
    `version ${number} of model ${shown(model)} reads vectors of the encoder ${encoder.base}, and another one runs here: start with that one (ENCODER), or use a model of another name.`,
    field,
  );
}
