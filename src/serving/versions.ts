import { notFound } from '../errors.js';
import type { Head } from '../heads/head.js';
import { type Aliases, PRODUCTION, type Registry } from '../registry/registry.js';
import { checkEncoder, type ModelVersion } from '../registry/version.js';

/** A version and its heads in memory, ready to answer. */
export interface ServedVersion {
  readonly version: ModelVersion;
  readonly heads: readonly Head[];
}

export interface ServedVersions {
  /**
   * The version that answers for a model: the one named, or the one that `production` points to now.
   * @throws ManyheadError NOT_FOUND listing what there is; CONFLICT where it was trained on another encoder
   */
  of(model: string, number: number | undefined): Promise<ServedVersion>;
  /** Looks the aliases up anew at the next question: for who just changed them. */
  refresh(model: string): void;
}

/** How long an answer may come from a version that another process has just replaced, in milliseconds. */
const ALIAS_AGE = 250;

/** Versions kept in memory. */
const MOST_VERSIONS = 100;

/** Follows the aliases of a registry that other processes change too, and keeps the heads of recent versions loaded. */
export function servedVersions(registry: Registry, encoderId: string): ServedVersions {
  const aliases = new Map<string, { readonly at: number; readonly aliases: Promise<Aliases> }>();
  const loaded = new Map<string, Promise<ServedVersion>>();

  const aliasesOf = (model: string): Promise<Aliases> => {
    const known = aliases.get(model);
    if (known && performance.now() - known.at < ALIAS_AGE) return known.aliases;
    const reading = registry.aliases(model);
    aliases.set(model, { at: performance.now(), aliases: reading });
    reading.catch(() => aliases.delete(model));
    return reading;
  };

  const productionOf = async (model: string): Promise<number> => {
    const number = (await aliasesOf(model))[PRODUCTION];
    if (number !== undefined) return number;
    const [models, versions] = await Promise.all([registry.models(), registry.versions(model)]);
    aliases.delete(model);
    if (versions.length === 0) throw notFound(`model ${JSON.stringify(model)}`, models, 'model');
    throw notFound(`a version of model ${JSON.stringify(model)} in production`, versions, 'version');
  };

  const load = async (model: string, number: number): Promise<ServedVersion> => {
    const version = await registry.version(model, number);
    checkEncoder(version, encoderId, 'version');
    return { version, heads: await registry.heads(version) };
  };

  return {
    async of(model, number) {
      const wanted = number ?? (await productionOf(model));
      const key = `${model} ${wanted}`;
      const known = loaded.get(key) ?? load(model, wanted);
      // The one asked for last goes to the end; the first is the one that nobody asked for the longest.
      loaded.delete(key);
      loaded.set(key, known);
      known.catch(() => loaded.delete(key));
      for (const oldest of loaded.keys()) {
        if (loaded.size <= MOST_VERSIONS) break;
        loaded.delete(oldest);
      }
      return known;
    },
    refresh: (model) => void aliases.delete(model),
  };
}
