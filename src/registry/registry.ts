import { createHash } from 'node:crypto';
import { register } from '../artifacts/register.js';
import type { ArtifactStore } from '../artifacts/store.js';
import { notFound } from '../errors.js';
import { readHeads, writeHeads } from '../heads/file.js';
import type { Head } from '../heads/head.js';
import { isName } from '../names.js';
import { storedEncodersOn } from './encoders.js';
import type { ModelVersion, VersionDraft } from './version.js';

/** Which version each alias of a model points to. */
export type Aliases = Readonly<Record<string, number>>;

/** The alias that is served where a caller names no version. */
export const PRODUCTION = 'production';

/** The model that is meant where a caller names none. */
export const DEFAULT_MODEL = 'default';

export interface Registry {
  /** The names of models that have a version, sorted. */
  models(): Promise<readonly string[]>;
  /** The numbers of a model's versions, ascending. */
  versions(model: string): Promise<readonly number[]>;
  /** @throws ManyheadError NOT_FOUND listing the models, or the versions, that there are */
  version(model: string, number: number, field?: string): Promise<ModelVersion>;
  /**
   * The version named, or the one that `production` points to.
   * @throws ManyheadError NOT_FOUND listing what there is
   */
  versionOrProduction(model: string, number: number | undefined): Promise<ModelVersion>;
  /** The heads of a version, checked against the digest in version.json. @throws Error where the file was damaged */
  heads(version: ModelVersion): Promise<readonly Head[]>;
  aliases(model: string): Promise<Aliases>;
  /** Points an alias at a version. @throws ManyheadError NOT_FOUND where there is no such version */
  promote(model: string, number: number, alias: string): Promise<void>;
  /**
   * Writes a new version, whole or not at all, under the next free number.
   * @param encoderFolder the files of its encoder, where that learned
   */
  publish(
    draft: VersionDraft,
    heads: readonly Head[],
    encoderFolder: ReadonlyMap<string, Uint8Array> | undefined,
  ): Promise<ModelVersion>;
  /** The version that a job has made already, if it has. */
  versionOfJob(model: string, jobId: string): Promise<ModelVersion | undefined>;
}

/** A registry on an artifact store: `models/<model>/versions/<n>/` and `models/<model>/aliases/`. */
export function registryOn(store: ArtifactStore): Registry {
  // Versions never change, so a version that was read once needs no second reading.
  const read = new Map<string, ModelVersion>();
  const folder = (model: string, number: number) => `models/${model}/versions/${number}`;
  const aliasesOf = (model: string) => register(store, `models/${model}/aliases`, (text): Aliases => JSON.parse(text));

  const versions = async (model: string): Promise<number[]> => {
    const names = isName(model) ? await store.list(`models/${model}/versions`) : [];
    return names
      .map(Number)
      .filter((number) => Number.isSafeInteger(number) && number > 0)
      .sort((a, b) => a - b);
  };

  const models = async (): Promise<string[]> => {
    const names = await store.list('models');
    const counts = await Promise.all(names.map(async (name) => (await versions(name)).length));
    return names.filter((_, index) => counts[index] > 0);
  };

  const find = async (model: string, number: number): Promise<ModelVersion | undefined> => {
    const key = folder(model, number);
    const known = read.get(key);
    if (known) return known;
    const bytes = await store.get(`${key}/version.json`);
    if (bytes === undefined) return undefined;
    const version: ModelVersion = JSON.parse(bytes.toString('utf8'));
    read.set(key, version);
    return version;
  };

  const version = async (model: string, number: number, field = 'version'): Promise<ModelVersion> => {
    const there = await versions(model);
    if (there.length === 0) throw notFound(`model ${JSON.stringify(model)}`, await models(), 'model');
    const found = there.includes(number) ? await find(model, number) : undefined;
    if (found === undefined) throw notFound(`version ${number} of model ${JSON.stringify(model)}`, there, field);
    return found;
  };

  const aliases = async (model: string): Promise<Aliases> =>
    isName(model) ? ((await aliasesOf(model).read())?.value ?? {}) : {};

  return {
    models,
    versions,
    version,
    async versionOrProduction(model, number) {
      const wanted = number ?? (await aliases(model))[PRODUCTION];
      if (wanted !== undefined) return version(model, wanted);
      const there = await versions(model);
      throw there.length === 0
        ? notFound(`model ${JSON.stringify(model)}`, await models(), 'model')
        : notFound(`a version of model ${JSON.stringify(model)} in production`, there, 'version');
    },
    async heads({ model, number, files, tasks, encoder }) {
      const bytes = await store.get(`${folder(model, number)}/${HEADS}`);
      if (bytes === undefined || sha256(bytes) !== files[HEADS]?.sha256)
        throw new Error(
          `${HEADS} of version ${number} of model ${model} is damaged: its bytes are not those that were written`,
        );
      return readHeads(bytes, tasks, encoder.dimensions);
    },
    aliases,
    async promote(model, number, alias) {
      await version(model, number);
      await aliasesOf(model).update((aliases) => ({ ...aliases, [alias]: number }));
    },
    async publish(draft, heads, encoderFolder) {
      const bytes = writeHeads(heads);
      const files = { [HEADS]: { sha256: sha256(bytes), bytes: bytes.length } };
      // The encoder first: a version never points to one that is not there.
      const encoder = encoderFolder && {
        encoder: { sha256: await storedEncodersOn(store).put(encoderFolder), bytes: bytesOf(encoderFolder) },
      };
      for (let number = ((await versions(draft.model)).at(-1) ?? 0) + 1; ; number++) {
        const version: ModelVersion = {
          format: 1,
          number,
          createdAt: new Date().toISOString(),
          ...draft,
          files: { ...files, ...encoder },
        };
        const objects = new Map([
          [HEADS, bytes],
          ['version.json', Buffer.from(`${JSON.stringify(version, null, 2)}\n`)],
        ]);
        if (await store.createAll(folder(draft.model, number), objects)) return version;
      }
    },
    async versionOfJob(model, jobId) {
      for (const number of (await versions(model)).reverse()) {
        const found = await find(model, number);
        if (found?.jobId === jobId) return found;
      }
      return undefined;
    },
  };
}

const HEADS = 'heads.safetensors';

const bytesOf = (files: ReadonlyMap<string, Uint8Array>): number =>
  [...files.values()].reduce((sum, { length }) => sum + length, 0);

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
