import { LRUCache } from 'lru-cache';
import { digestOf } from '../artifacts/digest.js';
import { sealed, unsealed } from '../artifacts/seal.js';
import type { ArtifactStore } from '../artifacts/store.js';
import { damaged, notFound, shown, unlessDamaged } from '../errors.js';
import { readHeads, writeHeads } from '../heads/file.js';
import type { Head } from '../heads/head.js';
import { isName } from '../names.js';
import { PRODUCTION, pointed, rolledBack, settled, versionBefore, withoutAlias, withoutVersion } from './changes.js';
import { storedEncodersOn } from './encoders.js';
import { folderOf, VERSION, versionFoldersOn } from './folders.js';
import { type Ledger, type LedgerEntry, ledgerOn, type Move, type Standing } from './ledger.js';
import type { PromotionDecision } from './promotion.js';
import { greatest, holds } from './ranges.js';
import { type ModelVersion, readVersion, type VersionDraft } from './version.js';

/** The model that is meant where a caller names none. */
export const DEFAULT_MODEL = 'default';

export interface Registry {
  /** The names of models that have a version, sorted. */
  models(): Promise<readonly string[]>;
  /** The numbers of a model's versions, ascending; a folder without a version.json is none. */
  versions(model: string): Promise<readonly number[]>;
  /** A version, unless it is gone. @throws ManyheadError DAMAGED */
  find(model: string, number: number): Promise<ModelVersion | undefined>;
  /** @throws ManyheadError NOT_FOUND listing the models, or the versions, that there are */
  version(model: string, number: number, field?: string): Promise<ModelVersion>;
  /**
   * The version named, or the one that `production` points to.
   * @throws ManyheadError NOT_FOUND listing what there is
   */
  versionOrProduction(model: string, number: number | undefined): Promise<ModelVersion>;
  /** The heads of a version, checked against the digest in version.json. @throws ManyheadError DAMAGED */
  heads(version: ModelVersion): Promise<readonly Head[]>;
  /** Where the aliases of a model point, and which of its versions are gone. */
  standing(model: string): Promise<Standing>;
  /** Whether a version took over `production` when it was made, and why; undefined while its job has not decided. */
  decision(model: string, number: number): Promise<PromotionDecision | undefined>;
  /** What has happened to a model since it had a version, oldest first: the newest of it, or all. */
  history(model: string, most?: number): Promise<readonly LedgerEntry[]>;
  /** The version that a roll-back would point an alias at; undefined where it pointed to none before that is still there. */
  versionBefore(model: string, alias: string): Promise<number | undefined>;
  /** Points an alias at a version. @throws ManyheadError NOT_FOUND where there is no such version */
  promote(model: string, number: number, alias: string, by: string): Promise<void>;
  /**
   * Writes down what a job decided about its version, and promotes it where that is the decision.
   * @param serving the version in production that it was compared with
   * @returns false, and nothing is done, where another one is in production by now
   */
  settle(
    model: string,
    number: number,
    serving: number | undefined,
    decision: PromotionDecision,
    by: string,
  ): Promise<boolean>;
  /**
   * Points an alias back at the version it pointed to before; once more, at the one before that.
   * @throws ManyheadError CONFLICT where there is none
   */
  rollBack(model: string, alias: string, by: string): Promise<void>;
  /** @throws ManyheadError NOT_FOUND; CONFLICT for `production`, which can only point elsewhere */
  removeAlias(model: string, alias: string, by: string): Promise<void>;
  /**
   * Deletes a version, and its encoder where no other version reads from it. Its number is never given again.
   * @throws ManyheadError NOT_FOUND; CONFLICT where an alias points to it
   */
  deleteVersion(model: string, number: number, by: string): Promise<void>;
  /**
   * Writes a new version, whole or not at all, under the next free number; where its job has made one already, that one stays.
   * @param encoderFolder the files of its encoder, where that learned
   */
  publish(
    draft: VersionDraft,
    heads: readonly Head[],
    encoderFolder: ReadonlyMap<string, Uint8Array> | undefined,
  ): Promise<ModelVersion>;
  /**
   * The version that a job has made already, if it has.
   * @param parent the version it went on from, if there is one: what it makes is later
   */
  versionOfJob(model: string, jobId: string, parent: number | undefined): Promise<ModelVersion | undefined>;
  /** Removes what a process that died left behind: files of versions that it deleted, an encoder that no version reads from. */
  sweep(): Promise<void>;
}

/** A registry on an artifact store: `models/<model>/versions/<n>/`, and the model's ledger. */
export function registryOn(store: ArtifactStore): Registry {
  // Versions never change, so one that was read lately needs no second reading.
  const read = new LRUCache<string, ModelVersion>({ max: MOST_VERSIONS, maxSize: MOST_BYTES });
  // Whoever asks names them, so they are bounded.
  const ledgers = new LRUCache<string, Ledger>({ max: MOST_LEDGERS });
  const folders = versionFoldersOn(store);
  const encoders = storedEncodersOn(store);

  const ledgerOf = (model: string): Ledger => {
    const ledger = ledgers.get(model) ?? ledgerOn(store, model);
    ledgers.set(model, ledger);
    return ledger;
  };

  const standing = async (model: string): Promise<Standing> =>
    isName(model) ? ledgerOf(model).standing() : { aliases: {}, deleted: [] };

  const moves = async (model: string): Promise<readonly Move[]> => (isName(model) ? ledgerOf(model).moves() : []);

  /** The folders of versions that nobody has deleted. */
  const kept = async (model: string): Promise<readonly number[]> => {
    const [there, { deleted }] = await Promise.all([folders.of(model), standing(model)]);
    return there.filter((number) => !holds(deleted, number));
  };

  const versions = async (model: string): Promise<readonly number[]> => folders.withVersion(model, await kept(model));

  const models = async (): Promise<string[]> => {
    const names = await store.list('models');
    // One whose ledger is damaged is there: whoever asks for it is told.
    const counts = await Promise.all(names.map(async (name) => (await unlessDamaged(versions(name)))?.length ?? 1));
    return names.filter((_, index) => counts[index] > 0);
  };

  const find = async (model: string, number: number): Promise<ModelVersion | undefined> => {
    const key = folderOf(model, number);
    const known = read.get(key);
    if (known) return known;
    const bytes = await store.get(`${key}/${VERSION}`);
    if (bytes === undefined) {
      folders.lookAgain(model, number);
      return undefined;
    }
    const version = unsealed(nameOf(model, number), bytes, readVersion);
    read.set(key, version, { size: bytes.length });
    return version;
  };

  const noVersion = async (model: string, number: number, there: readonly number[], field = 'version') =>
    there.length === 0
      ? notFound(`model ${JSON.stringify(model)}`, await models(), 'model')
      : notFound(`version ${number} of model ${JSON.stringify(model)}`, there, field);

  const version = async (model: string, number: number, field?: string): Promise<ModelVersion> => {
    const there = await versions(model);
    const found = there.includes(number) ? await find(model, number) : undefined;
    if (found === undefined) throw await noVersion(model, number, await versions(model), field);
    return found;
  };

  /** Removes the files of a model's deleted versions. */
  const sweepModel = async (model: string): Promise<void> => {
    const { deleted } = await standing(model);
    for (const number of await folders.of(model)) {
      if (!holds(deleted, number)) continue;
      const encoder = (await unlessDamaged(find(model, number)))?.encoder;
      await store.delete(folderOf(model, number));
      read.delete(folderOf(model, number));
      if (encoder?.fineTuned && (await unlessDamaged(isRead(encoder.id))) === false) await encoders.delete(encoder.id);
    }
  };

  /** Whether a version of any model reads its vectors from an encoder. @throws ManyheadError DAMAGED where one cannot tell */
  const isRead = async (encoder: string): Promise<boolean> => {
    for (const model of await store.list('models'))
      for (const number of await kept(model)) {
        const found = await find(model, number);
        if (found?.encoder.id === encoder) return true;
        const isLost = found === undefined && (await store.list(folderOf(model, number))).length > 0;
        if (isLost) throw damaged(nameOf(model, number));
      }
    return false;
  };

  /**
   * A worker that stood still while it wrote was given up, and another may have made a version of the same job: the first stays.
   * @returns the one that stays
   */
  const firstOfJob = async (made: ModelVersion): Promise<ModelVersion> => {
    const { model, number, jobId, parent = 0 } = made;
    for (const earlier of (await versions(model)).filter((each) => parent < each && each < number)) {
      const found = await unlessDamaged(find(model, earlier));
      if (found?.jobId !== jobId) continue;
      await ledgerOf(model).change(`job ${jobId}, made twice`, (before) => withoutVersion(before, number));
      await sweepModel(model);
      return found;
    }
    return made;
  };

  return {
    models,
    versions,
    find,
    version,
    async versionOrProduction(model, number) {
      const wanted = number ?? (await standing(model)).aliases[PRODUCTION];
      if (wanted !== undefined) return version(model, wanted);
      const there = await versions(model);
      throw there.length === 0
        ? notFound(`model ${JSON.stringify(model)}`, await models(), 'model')
        : notFound(`a version of model ${JSON.stringify(model)} in production`, there, 'version');
    },
    async heads({ model, number, files, tasks, encoder }) {
      const bytes = await store.get(`${folderOf(model, number)}/${HEADS}`);
      if (bytes === undefined || digestOf(bytes) !== files[HEADS]?.sha256)
        throw damaged(`${HEADS} of version ${number} of model ${shown(model)}`);
      return readHeads(bytes, tasks, encoder.dimensions);
    },
    standing,
    history: async (model, most = Number.POSITIVE_INFINITY) => (isName(model) ? ledgerOf(model).history(most) : []),
    versionBefore: async (model, alias) => versionBefore(alias, await moves(model)),
    async decision(model, number) {
      const decision = isName(model) ? await ledgerOf(model).decision(number) : undefined;
      return decision ?? (await find(model, number))?.promotion;
    },
    async promote(model, number, alias, by) {
      await version(model, number);
      await ledgerOf(model).change(by, (before) => pointed(before, alias, number));
    },
    settle: (model, number, serving, decision, by) =>
      ledgerOf(model).change(by, (before) => settled(before, number, serving, decision)),
    async rollBack(model, alias, by) {
      // Where the alias was moved between the reading and the change, both are done again.
      for (;;) {
        const before = await moves(model);
        if (await ledgerOf(model).change(by, (now) => rolledBack(now, alias, before))) return;
      }
    },
    async removeAlias(model, alias, by) {
      await ledgerOf(model).change(by, (before) => withoutAlias(before, alias));
    },
    async deleteVersion(model, number, by) {
      // One whose files are damaged goes like any other.
      if (!(await kept(model)).includes(number)) throw await noVersion(model, number, await versions(model));
      await ledgerOf(model).change(by, (before) => withoutVersion(before, number));
      await sweepModel(model);
    },
    async publish(draft, heads, encoderFolder) {
      const bytes = writeHeads(heads);
      const files = { [HEADS]: { sha256: digestOf(bytes), bytes: bytes.length } };
      // The encoder first: a version never points to one that is not there.
      const encoder = encoderFolder && {
        encoder: { sha256: await encoders.put(encoderFolder), bytes: bytesOf(encoderFolder) },
      };
      const newest = (await folders.of(draft.model)).at(-1) ?? 0;
      const newestGone = greatest((await standing(draft.model)).deleted) ?? 0;
      for (let number = Math.max(newest, newestGone) + 1; ; number++) {
        const version: ModelVersion = {
          format: 1,
          number,
          createdAt: new Date().toISOString(),
          ...draft,
          files: { ...files, ...encoder },
        };
        const objects = new Map([
          [HEADS, bytes],
          [VERSION, sealed(version)],
        ]);
        const here = folderOf(draft.model, number);
        if (!(await store.createAll(here, objects))) continue;
        if (!holds((await standing(draft.model)).deleted, number)) return firstOfJob(version);
        // Another version had this number since the look, and was deleted: no number is given twice.
        await store.delete(here);
        read.delete(here);
        // An encoder that both read from went with the other.
        if (encoderFolder) await encoders.put(encoderFolder);
      }
    },
    async versionOfJob(model, jobId, parent = 0) {
      for (const number of (await versions(model)).filter((each) => each > parent).reverse()) {
        const found = await unlessDamaged(find(model, number));
        if (found?.jobId === jobId) return found;
      }
      return undefined;
    },
    async sweep() {
      for (const model of await store.list('models')) await unlessDamaged(sweepModel(model));
      for (const id of await encoders.old())
        if ((await unlessDamaged(isRead(id))) === false) await encoders.deleteOld(id);
    },
  };
}

const HEADS = 'heads.safetensors';

/** A version.json as messages name it. */
const nameOf = (model: string, number: number): string => `${VERSION} of version ${number} of model ${shown(model)}`;

/** Versions that are kept at hand, and the bytes of their files: a report of a thousand labels takes ten million. */
const MOST_VERSIONS = 256;
const MOST_BYTES = 32 * 2 ** 20;

/** Models whose ledgers are kept at hand. */
const MOST_LEDGERS = 1_000;

const bytesOf = (files: ReadonlyMap<string, Uint8Array>): number =>
  [...files.values()].reduce((sum, { length }) => sum + length, 0);
