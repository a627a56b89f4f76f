import { type ManyheadError, notFound } from '../errors.js';
import type { Head } from '../heads/head.js';
import { type Aliases, DEFAULT_MODEL, PRODUCTION, type Registry } from '../registry/registry.js';
import { checkEncoder, type EncoderReference, type ModelVersion } from '../registry/version.js';
import type { Encoders } from './encoders.js';

/** A version and its heads in memory, ready to answer. */
export interface ServedVersion {
  readonly version: ModelVersion;
  readonly heads: readonly Head[];
}

export interface ServedVersions {
  /**
   * The version that answers for a model: the one named, or the one that `production` points to. After a promotion the version
   * before goes on answering until the new one is loaded.
   * @throws ManyheadError NOT_FOUND listing what there is; CONFLICT where it was trained on another encoder
   */
  of(model: string, number: number | undefined): Promise<ServedVersion>;
  /**
   * The encoder of a version, or of the one in production; undefined: the pretrained one.
   * @throws ManyheadError as `of`
   */
  encoderOf(model: string, number: number | undefined): Promise<EncoderReference | undefined>;
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
  const aliases = new Map<string, { readonly at: number; readonly aliases: Promise<Aliases> }>();
  const loaded = new Map<string, Loading>();
  const versions = new Map<string, Promise<ModelVersion>>();
  /** The version that answers for a model. */
  const answering = new Map<string, number>();

  const aliasesOf = (model: string): Promise<Aliases> => {
    const known = aliases.get(model);
    if (known && performance.now() - known.at < ALIAS_AGE) return known.aliases;
    const reading = registry.aliases(model);
    aliases.set(model, { at: performance.now(), aliases: reading });
    reading.catch(() => aliases.delete(model));
    return reading;
  };

  const nothingServed = async (model: string): Promise<ManyheadError> => {
    const [models, there] = await Promise.all([registry.models(), registry.versions(model)]);
    aliases.delete(model);
    if (there.length === 0) return notFound(`model ${JSON.stringify(model)}`, models, 'model');
    return notFound(`a version of model ${JSON.stringify(model)} in production`, there, 'version');
  };

  /** A version never changes: it is read once. */
  const versionOf = (model: string, number: number): Promise<ModelVersion> => {
    const key = `${model} ${number}`;
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
    const key = `${model} ${number}`;
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

  const inProduction = async (model: string): Promise<ServedVersion> => {
    const number = (await aliasesOf(model))[PRODUCTION];
    if (number === undefined) throw await nothingServed(model);
    const wanted = loading(model, number);
    const before = answering.get(model);
    if (before === undefined || before === number || wanted.ready) {
      const served = await wanted.loading;
      answering.set(model, number);
      return served;
    }
    wanted.loading.catch(onError);
    return loading(model, before).loading;
  };

  return {
    of: (model, number) => (number === undefined ? inProduction(model) : loading(model, number).loading),
    async encoderOf(model, number) {
      if (number !== undefined) return (await loading(model, number).loading).version.encoder;
      const production = (await aliasesOf(model))[PRODUCTION];
      if (production === undefined) {
        const isKnown = model === DEFAULT_MODEL || (await registry.versions(model)).length > 0;
        if (isKnown) return undefined;
        throw await nothingServed(model);
      }
      // Heads on the pretrained encoder say nothing about which one that is: it is the one that runs here.
      const { encoder } = await versionOf(model, production);
      return encoder.fineTuned ? (await inProduction(model)).version.encoder : undefined;
    },
    async prepare(model, number) {
      await loading(model, number).loading;
    },
    async catchUp(model) {
      aliases.delete(model);
      const number = (await aliasesOf(model))[PRODUCTION];
      if (number !== undefined) await loading(model, number).loading.catch(onError);
    },
  };
}
