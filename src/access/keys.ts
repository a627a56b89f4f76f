import { register } from '../artifacts/register.js';
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
  /** The number of the newest list of keys, whether it can be read or not; 0 where no key was ever made. */
  newest(): Promise<number>;
  /** A list of keys: every one there ever was. @throws ManyheadError DAMAGED; Error where it is not there or cannot be read */
  at(generation: number): Promise<readonly StoredKey[]>;
  /** Notes that a key was used. */
  used(id: string, at: Date): Promise<void>;
}

/** As it is stored: an object, which the register seals with a checksum. */
interface KeyList {
  readonly keys: readonly StoredKey[];
}

/** @throws Error where it is no list of keys */
function readList(text: string): KeyList {
  const stored = JSON.parse(text);
  // Earlier releases stored the keys alone, without a checksum.
  const keys = Array.isArray(stored) ? stored : stored.keys;
  if (!Array.isArray(keys)) throw new Error('there are no keys in it');
  return { keys };
}

/** The keys of an installation: a register, so that every process that shares the store sees the same ones. */
export function keysOn(store: ArtifactStore): Keys {
  const list = register<KeyList>(store, 'access/keys', 'the list of access keys', readList);

  const active = async (): Promise<readonly ActiveKey[]> => ((await list.read())?.value.keys ?? []).filter(isActive);

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
      await list.update(({ keys } = { keys: [] }) => {
        if (keys.some((each) => isActive(each) && each.name === name))
          throw new ManyheadError(
            'CONFLICT',
            `There is a key ${name} already: revoke it, or give another name.`,
            'name',
          );
        return { keys: [...keys, key] };
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
      await list.update(({ keys } = { keys: [] }) => {
        const names = keys.filter(isActive).map((key) => key.name);
        if (names.length === 0 && keys.length > 0)
          throw new ManyheadError('NOT_FOUND', `a key ${name} is not there; all keys were revoked.`, 'name');
        if (!names.includes(name)) throw notFound(`a key ${name}`, names, 'name');
        const left = keys.map((key) => {
          if (!isActive(key) || key.name !== name) return key;
          const { sha256: _, ...facts } = key;
          return { ...facts, revokedAt: new Date().toISOString() };
        });
        return { keys: left };
      });
    },

    newest: list.newest,
    at: async (generation) => (await list.at(generation)).keys,
    used: (id, at) => store.put(`access/used/${id}`, Buffer.from(at.toISOString())),
  };
}
