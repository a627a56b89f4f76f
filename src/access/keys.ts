import { type Generation, register } from '../artifacts/register.js';
import type { ArtifactStore } from '../artifacts/store.js';
import { ManyheadError, notFound } from '../errors.js';
import { checkName } from '../names.js';
import { hashOf, newKeyText, writeKey } from './key-text.js';
import type { Scope } from './scopes.js';

/** A key as it is kept: never its secret. One that was revoked stays as a name that the history of models may mention. */
export type StoredKey = KeyFacts & ({ readonly sha256: string } | { readonly revokedAt: string });

interface KeyFacts {
  readonly id: string;
  /** Who the key is for, as the history of models and jobs tells. */
  readonly name: string;
  readonly scope: Scope;
  readonly createdAt: string;
}

/** A key that opens. */
export type ActiveKey = Extract<StoredKey, { sha256: string }>;

export const isActive = (key: StoredKey): key is ActiveKey => 'sha256' in key;

export interface Keys {
  /**
   * Makes a key.
   * @returns the key as its owner is to hold it, which is not kept and cannot be shown again
   * @throws ManyheadError CONFLICT where the name is taken by a key that opens
   */
  create(name: string, scope: Scope): Promise<string>;
  /** Those that open, in the order they were made, and when each was used last, to a minute or so. */
  list(): Promise<readonly (ActiveKey & { readonly lastUsedAt: string | undefined })[]>;
  /** Makes a key open nothing any more. @throws ManyheadError NOT_FOUND */
  revoke(name: string): Promise<void>;
  /** Every key there ever was, where that changed since; undefined where it did not, or where none was ever made. */
  newerThan(generation: number): Promise<Generation<readonly StoredKey[]> | undefined>;
  /** Notes that a key was used. */
  used(id: string, at: Date): Promise<void>;
}

/** The keys of an installation: a register, so that every process that shares the store sees the same ones. */
export function keysOn(store: ArtifactStore): Keys {
  const keys = register<readonly StoredKey[]>(store, 'access/keys', 'the list of access keys', (text) =>
    JSON.parse(text),
  );

  const active = async (): Promise<readonly ActiveKey[]> => ((await keys.read())?.value ?? []).filter(isActive);

  return {
    async create(name, scope) {
      checkName('name', name);
      const text = newKeyText();
      const key: StoredKey = {
        id: text.id,
        name,
        scope,
        createdAt: new Date().toISOString(),
        sha256: hashOf(text.secret),
      };
      await keys.update((all = []) => {
        if (all.some((each) => isActive(each) && each.name === name))
          throw new ManyheadError(
            'CONFLICT',
            `There is a key ${name} already: revoke it, or give another name.`,
            'name',
          );
        return [...all, key];
      });
      return writeKey(text);
    },

    async list() {
      const found = await active();
      return Promise.all(
        found.map(async (key) => ({
          ...key,
          lastUsedAt: (await store.get(`access/used/${key.id}`))?.toString('utf8'),
        })),
      );
    },

    async revoke(name) {
      await keys.update((all = []) => {
        const names = all.filter(isActive).map((key) => key.name);
        if (!names.includes(name)) throw notFound(`a key ${name}`, names, 'name');
        return all.map((key) => {
          if (!isActive(key) || key.name !== name) return key;
          const { sha256: _, ...facts } = key;
          return { ...facts, revokedAt: new Date().toISOString() };
        });
      });
    },

    async newerThan(generation) {
      const newest = (await keys.generations()).at(-1) ?? 0;
      return newest > generation ? { generation: newest, value: await keys.at(newest) } : undefined;
    },

    used: (id, at) => store.put(`access/used/${id}`, Buffer.from(at.toISOString())),
  };
}
