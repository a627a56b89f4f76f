import type { Datasets } from '../src/datasets/store.js';
import type { StoredVectors } from '../src/datasets/vectors.js';
import type { Head } from '../src/heads/head.js';
import type { Projections } from '../src/projections/projections.js';
import type { Registry } from '../src/registry/registry.js';
import type { EncoderReference, ModelVersion } from '../src/registry/version.js';
import type { Encoders } from '../src/serving/encoders.js';
import type { TaskReport } from '../src/training/metrics.js';
import type { EmbeddedRows } from '../src/training/rows.js';

/** What a job works with. */
export interface Rooms {
  readonly encoders: Encoders;
  readonly datasets: Datasets;
  readonly vectors: StoredVectors;
  readonly projections: Projections;
  readonly registry: Registry;
  readonly libraries: Readonly<Record<string, string>>;
  /** Threads that an encoder learns with. */
  readonly trainingThreads: number;
}

/** The version that a training goes on from, its heads and their reports as they are reshaped. */
export interface Base {
  readonly version: ModelVersion;
  readonly heads: readonly Head[];
  readonly reports: readonly TaskReport[];
}

/** What a training has come to, before it is measured. */
export interface Learned {
  /** Those that learned, uncalibrated. */
  readonly heads: readonly Head[];
  /** The vectors that the version will read: of all rows, or of those that validate where the encoder learned. */
  readonly rows: EmbeddedRows;
  readonly encoder: EncoderReference;
  /** The files of an encoder that learned. */
  readonly encoderFolder: ReadonlyMap<string, Uint8Array> | undefined;
}
