import { LRUCache } from 'lru-cache';
import { type ManyheadError, notFound } from '../errors.js';
import type { Head } from '../heads/head.js';
import { PRODUCTION } from '../registry/changes.js';
import type { Standing } from '../registry/ledger.js';
import { holds } from '../registry/ranges.js';
import { DEFAULT_MODEL, type Registry } from '../registry/registry.js';
import { checkEncoder, type EncoderReference, type ModelVersion } from '../registry/version.js';
import type { Encoders } from './encoders.js';

/** A version and its heads in memory, ready to answer. */
export interface ServedVersion {
  readonly version: ModelVersion;
  readonly heads: readonly Head[];
}

/** Which version is to answer: one by its number, or whatever an alias points to. */
export type AskedVersion = { readonly number: number } | { readonly alias: string };

export interface ServedVersions {
  /**
   * The version that answers for a model: the one named, or the one that an alias points to. After a promotion the version
   * before goes on answering until the new one is loaded.
   * @throws ManyheadError NOT_FOUND listing what there is; CONFLICT where it was trained on another encoder
   */
  of(model: string, asked: AskedVersion): Promise<ServedVersion>;
  /**
   * The encoder of a version; undefined: the pretrained one.
   * @throws ManyheadError as `of`
   */
  encoderOf(model: string, asked: AskedVersion): Promise<EncoderReference | undefined>;
  /** Loads a version, so that it can answer the moment an alias points to it. @throws ManyheadError as `of` */
  prepare(model: string, number: number): Promise<void>;
  /**
   * Waits until the version that `production` points to now answers here: for who is about to be told that there is a new one,
   * and will ask it next.
   */
  catchUp(model: string): Promise<void>;
}

/** How long an answer may come from a version that another process has just replaced, in milliseconds. */
const ALIAS_AGE = 250;

/** Models whose standing is kept for as long. */
const MOST_STANDINGS = 1_000;

/** Versions kept in memory. */
const MOST_VERSIONS = 100;

interface Loading {
  readonly loading: Promise<ServedVersion>;
  ready: boolean;
}

/** Follows the aliases of a registry that other processes change too, and keeps the heads of recent versions loaded. */
export function servedVersions(
  registry: Registry,
  encoders: Encoders,
  onError: (error: unknown) => void,
): ServedVersions {
  // Whoever asks names the models, so they are bounded.
  const standings = new LRUCache<string, { readonly at: number; readonly standing: Promise<Standing> }>({
    max: MOST_STANDINGS,
  });
  const loaded = new Map<string, Loading>();
  const versions = new Map<string, Promise<ModelVersion>>();
  /** The version that answers for an alias of a model. */
  const answering = new Map<string, number>();

  const standingOf = (model: string): Promise<Standing> => {
    const known = standings.get(model);
    if (known && performance.now() - known.at < ALIAS_AGE) return known.standing;
    const reading = registry.standing(model);
    standings.set(model, { at: performance.now(), standing: reading });
    reading.catch(() => standings.delete(model));
    return reading;
  };

  const nothingServed = async (model: string, alias: string): Promise<ManyheadError> => {
    const [models, there, { aliases }] = await Promise.all([
      registry.models(),
      registry.versions(model),
      registry.standing(model),
    ]);
    standings.delete(model);
    if (there.length === 0) return notFound(`model ${JSON.stringify(model)}`, models, 'model');
    if (alias !== PRODUCTION)
      return notFound(
        `alias ${JSON.stringify(alias)} of model ${JSON.stringify(model)}`,
        Object.keys(aliases),
        'alias',
      );
    return notFound(`a version of model ${JSON.stringify(model)} in production`, there, 'version');
  };

  /** What was deleted elsewhere is not answered from memory. */
  const pinned = async (model: string, number: number): Promise<ServedVersion> => {
    if (holds((await standingOf(model)).deleted, number)) {
      loaded.delete(keyOf(model, number));
      versions.delete(keyOf(model, number));
    }
    return loading(model, number).loading;
  };

  const pointsTo = async (model: string, alias: string): Promise<number | undefined> => {
    const { aliases } = await standingOf(model);
    return Object.hasOwn(aliases, alias) ? aliases[alias] : undefined;
  };

  /** An alias that is not there may have been made just now: then it is looked for again. */
  const targetOf = async (model: string, alias: string): Promise<number | undefined> => {
    const number = await pointsTo(model, alias);
    if (number !== undefined) return number;
    standings.delete(model);
    return pointsTo(model, alias);
  };

  /** A version never changes: it is read once. */
  const versionOf = (model: string, number: number): Promise<ModelVersion> => {
    const key = keyOf(model, number);
    const known = versions.get(key) ?? registry.version(model, number);
    versions.set(key, known);
    known.catch(() => versions.delete(key));
    return known;
  };

  const load = async (model: string, number: number): Promise<ServedVersion> => {
    const version = await versionOf(model, number);
    checkEncoder(version, encoders.pretrained.id, 'version');
    const [heads] = await Promise.all([registry.heads(version), encoders.use(version.encoder, async () => {})]);
    return { version, heads };
  };

  const loading = (model: string, number: number): Loading => {
    const key = keyOf(model, number);
    const known = loaded.get(key) ?? { loading: load(model, number), ready: false };
    // The one asked for last goes to the end; the first is the one that nobody asked for the longest.
    loaded.delete(key);
    loaded.set(key, known);
    known.loading.then(
      () => {
        known.ready = true;
      },
      () => loaded.delete(key),
    );
    for (const oldest of loaded.keys()) {
      if (loaded.size <= MOST_VERSIONS) break;
      loaded.delete(oldest);
    }
    return known;
  };

  const byAlias = async (model: string, alias: string): Promise<ServedVersion> => {
    const number = await targetOf(model, alias);
    if (number === undefined) throw await nothingServed(model, alias);
    const wanted = loading(model, number);
    const name = `${model} ${alias}`;
    const before = answering.get(name);
    if (before === undefined || before === number || wanted.ready) {
      const served = await wanted.loading;
      answering.set(name, number);
      return served;
    }
    wanted.loading.catch(onError);
    return loading(model, before).loading;
  };

  const of = (model: string, asked: AskedVersion): Promise<ServedVersion> =>
    'number' in asked ? pinned(model, asked.number) : byAlias(model, asked.alias);

  return {
    of,
    async encoderOf(model, asked) {
      if ('number' in asked) return (await of(model, asked)).version.encoder;
      const isDefault = model === DEFAULT_MODEL && asked.alias === PRODUCTION;
      // Who only embeds has no model, and need not have the disk asked for one at every request.
      const number = await (isDefault ? pointsTo : targetOf)(model, asked.alias);
      if (number === undefined) {
        if (isDefault) return undefined;
        if (asked.alias === PRODUCTION && (await registry.versions(model)).length > 0) return undefined;
        throw await nothingServed(model, asked.alias);
      }
      // Heads on the pretrained encoder say nothing about which one that is: it is the one that runs here.
      const { encoder } = await versionOf(model, number);
      return encoder.fineTuned ? (await of(model, asked)).version.encoder : undefined;
    },
    async prepare(model, number) {
      await loading(model, number).loading;
    },
    async catchUp(model) {
      standings.delete(model);
      const number = await targetOf(model, PRODUCTION);
      if (number !== undefined) await loading(model, number).loading.catch(onError);
    },
  };
}

const keyOf = (model: string, number: number): string => `${model} ${number}`;
