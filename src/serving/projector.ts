import { alongComponents } from '../encoder/pca.js';
import { normalized, randomlyProjected, truncated } from '../encoder/projection.js';
import { badInput } from '../errors.js';
import type { Projections } from '../projections/projections.js';

/** How to get from the encoder's own number of dimensions to fewer. */
export type ProjectionKind = 'PCA' | 'RANDOM' | 'TRUNCATE';

export interface ProjectorSettings {
  /** Numbers of the vectors that come out; the encoder's own when absent. */
  readonly dimensions?: number | null;
  readonly projection: ProjectionKind;
  /** Of a RANDOM projection. */
  readonly seed: number;
  /** Whether vectors are scaled to length 1. */
  readonly normalize: boolean;
  /** With PCA: which projection of the encoder; the newest when absent. */
  readonly projectionVersion?: number | null;
}

export interface Projector {
  readonly project: (vector: Float32Array) => Float32Array;
  /** The PCA projection that it goes by, if it does. */
  readonly version?: number;
}

const MOST_DIMENSIONS = 4096;

/**
 * What becomes of each vector of an encoder; everything that can be wrong with it is said before anything is encoded.
 * @throws ManyheadError BAD_USER_INPUT naming the setting; NOT_FOUND listing the projections there are
 */
export async function projector(
  { dimensions, projection, seed, normalize, projectionVersion }: ProjectorSettings,
  encoder: { readonly id: string; readonly dimensions: number },
  projections: Projections,
): Promise<Projector> {
  const own = encoder.dimensions;
  const finish = normalize ? normalized : (vector: Float32Array) => vector;
  if (projectionVersion != null && projection !== 'PCA')
    throw badInput('projectionVersion', `projectionVersion is given while projection is ${projection}: leave it out.`);
  const isWhole = dimensions == null || dimensions === own;
  if (isWhole && projection !== 'RANDOM' && projectionVersion == null) return { project: finish };
  const numbers = dimensions ?? own;
  const most = projection === 'RANDOM' ? MOST_DIMENSIONS : own;
  if (numbers < 1 || numbers > most)
    throw badInput('dimensions', `dimensions is ${numbers}: give 1 to ${most} with projection ${projection}.`);
  switch (projection) {
    case 'TRUNCATE':
      return { project: (vector) => finish(truncated(vector, numbers)) };
    case 'RANDOM':
      return { project: (vector) => finish(randomlyProjected(vector, numbers, seed)) };
    case 'PCA': {
      const { number, projection: components } = await projections.of(encoder.id, projectionVersion ?? undefined);
      return { project: (vector) => finish(alongComponents(components, vector, numbers)), version: number };
    }
  }
}
