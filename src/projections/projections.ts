import { readFile } from 'node:fs/promises';
import { LRUCache } from 'lru-cache';
import type { ArtifactStore } from '../artifacts/store.js';
import { badInput, damaged, notFound } from '../errors.js';
import { readProjection, type StoredProjection, writeProjection } from './file.js';

/** The projection that comes with Manyhead, and the sentences it was fitted on. It belongs to the encoder from npm. */
const SHIPPED = new URL('../../../examples/projection.safetensors', import.meta.url);
const SENTENCES = new URL('../../../examples/sentences.txt', import.meta.url);

/** Its number among those of its encoder: those that are fitted count from 1. */
const SHIPPED_NUMBER = 0;

/** Projections kept in memory. */
const MOST_LOADED = 8;

export interface Projection {
  /** Counts from 1 among those of an encoder; 0: the one that comes with Manyhead. A number always means the same numbers. */
  readonly number: number;
  readonly projection: StoredProjection;
}

export interface Projections {
  /**
   * A projection of an encoder's vectors: the one named, or the newest.
   * @throws ManyheadError NOT_FOUND listing those there are; BAD_USER_INPUT where there is none, telling how to fit one
   */
  of(encoder: string, number: number | undefined): Promise<Projection>;
  /** Stores a projection under the next number of its encoder. */
  publish(projection: StoredProjection): Promise<number>;
}

/** Projections on an artifact store: `projections/<encoder>/<n>/projection.safetensors`. */
export function projectionsOn(store: ArtifactStore): Projections {
  const folder = (encoder: string) => `projections/${encoder}`;
  const loaded = new LRUCache<string, Promise<StoredProjection>>({ max: MOST_LOADED });
  let shipped: Promise<StoredProjection> | undefined;

  const fitted = async (encoder: string): Promise<number[]> =>
    (await store.list(folder(encoder)))
      .map(Number)
      .filter(Number.isSafeInteger)
      .sort((a, b) => a - b);

  const load = (encoder: string, number: number): Promise<StoredProjection> => {
    if (number === SHIPPED_NUMBER && shipped) return shipped;
    const key = `${folder(encoder)}/${number}`;
    const known = loaded.get(key);
    if (known) return known;
    const reading = store.get(`${key}/projection.safetensors`).then((bytes) => {
      if (bytes === undefined) throw damaged(`projection ${number} of encoder ${encoder}`);
      try {
        return readProjection(bytes);
      } catch {
        throw damaged(`projection ${number} of encoder ${encoder}`);
      }
    });
    loaded.set(key, reading);
    reading.catch(() => loaded.delete(key));
    return reading;
  };

  return {
    async of(encoder, asked) {
      shipped ??= readFile(SHIPPED).then(readProjection);
      const isShippedFor = (await shipped).encoder === encoder;
      const there = [...(isShippedFor ? [SHIPPED_NUMBER] : []), ...(await fitted(encoder))];
      const number = asked ?? there.at(-1);
      if (number === undefined)
        throw badInput(
          'projection',
          'projection is PCA, which was not fitted for this encoder yet: fit it with the mutation fitProjection, or use TRUNCATE or RANDOM.',
        );
      if (!there.includes(number)) throw notFound(`projection version ${number}`, there, 'projectionVersion');
      return { number, projection: await load(encoder, number) };
    },
    async publish(projection) {
      const bytes = writeProjection(projection);
      for (let number = ((await fitted(projection.encoder)).at(-1) ?? 0) + 1; ; number++) {
        const objects = new Map([['projection.safetensors', bytes]]);
        if (await store.createAll(`${folder(projection.encoder)}/${number}`, objects)) return number;
      }
    },
  };
}

/** General English sentences, to fit a projection on where no rows are given. */
export const sampleSentences = async (): Promise<string[]> =>
  (await readFile(SENTENCES, 'utf8')).split('\n').filter(Boolean);
