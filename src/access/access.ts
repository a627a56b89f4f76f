import { isDeepStrictEqual } from 'node:util';
import { ManyheadError, messageOf, systemCode } from '../errors.js';
import type { Log } from '../log.js';
import { isSecretOf, readKey } from './key-text.js';
import { type ActiveKey, isActive, type Keys, type StoredKey } from './keys.js';
import type { Scope } from './scopes.js';

/** Who asks, and what they may do. */
export interface Caller {
  /** The name of the key; `anonymous` where none is needed. */
  readonly name: string;
  readonly scope: Scope;
  /** The key's id; absent where none is needed. */
  readonly key?: string;
}

export interface Access {
  /** Whether anybody who reaches the port may do anything. */
  isOpen(): boolean;
  /**
   * Who holds a key.
   * @param text the key as it was sent; undefined where none was
   * @returns the caller, or why there is none: UNAUTHENTICATED
   */
  callerWith(text: string | undefined): Caller | ManyheadError;
  /** Whether a caller that was let in would still be let in. */
  isStillWelcome(caller: Caller): boolean;
  /** Called whenever keys have changed. */
  onChange(listener: () => void): void;
  close(): void;
}

export interface AccessOptions {
  /** A key beside the stored ones that the process which started this one holds. */
  readonly own?: ActiveKey;
}

/** How often keys are looked up again, in milliseconds: how long a revoked one may still open. */
const LOOK_EVERY = 500;

/** How exactly it is known when a key was used last, in milliseconds. */
const USED_EVERY = 60_000;

const anonymous: Caller = { name: 'anonymous', scope: 'admin' };

/** How to make a key, as messages say it. */
export const HOW_TO_CREATE = '`manyhead keys create NAME --scope admin`';

const missing = new ManyheadError('UNAUTHENTICATED', 'A key is needed here: send it as "Authorization: Bearer <key>".');
const unknown = new ManyheadError(
  'UNAUTHENTICATED',
  'The key that was sent opens nothing: it is not known, or was revoked.',
);
const unreadable = new ManyheadError(
  'UNAUTHENTICATED',
  'The list of keys cannot be read here, so no key opens anything: the log tells why.',
);
const revoked = new ManyheadError(
  'UNAUTHENTICATED',
  `A key is needed here, and all were revoked: whoever runs Manyhead makes one with ${HOW_TO_CREATE}.`,
);

/**
 * Follows the keys of an installation. Where one was ever made, one is needed for ever, also when all were revoked: revoking must
 * never open anything. Where the list of keys is there and cannot be read, damaged or not ours to read, none of them opens
 * anything until it can: it may say that one was revoked. Nor where the list has gone, until there is another: an older one from a
 * backup, or a new one.
 */
export async function openAccess(keys: Keys, { own }: AccessOptions, log: Log): Promise<Access> {
  const listeners: (() => void)[] = [];
  const used = new Map<string, number>();
  let known = standing(0, [], own);

  /** None of the keys opens anything. Whichever list is there next is read, be it an older one. */
  const shut = (generation: number, why: string): Standing => {
    if (known.refusal === unreadable) return known;
    log.error('the list of keys cannot be read: none of them opens anything', { generation, why });
    return { ...standing(0, [], own), refusal: unreadable };
  };
  const read = async (generation: number): Promise<Standing> => {
    try {
      const stored = await keys.at(generation);
      const isKnown = generation === known.generation && isDeepStrictEqual(stored, known.stored);
      return isKnown ? known : standing(generation, stored, own);
    } catch (error) {
      // The list that was read may still be the same.
      if (generation === known.generation && isPassing(error)) throw error;
      return shut(generation, messageOf(error));
    }
  };
  const look = async (): Promise<void> => {
    const generation = await keys.newest();
    if (generation === 0 && known.generation === 0) return;
    // While lists are removed, one by one, the newest of those that are left is not the one to go by.
    const found = generation < known.generation ? shut(generation, 'newer ones have gone') : await read(generation);
    if (found === known) return;
    known = found;
    for (const listener of listeners) listener();
  };
  await look();
  let failing = false;
  let closed = false;
  const follow = async (): Promise<void> => {
    try {
      await look();
      failing = false;
    } catch (error) {
      // The keys that are known stay in force.
      if (!failing) log.error('keys cannot be read', { why: messageOf(error) });
      failing = true;
    }
    if (!closed) timer.refresh();
  };
  const timer = setTimeout(follow, LOOK_EVERY);

  const isOpen = () => known.refusal === undefined;

  const noteUse = (id: string): void => {
    const now = Date.now();
    if (id === own?.id || now - (used.get(id) ?? 0) < USED_EVERY) return;
    used.set(id, now);
    keys
      .used(id, new Date(now))
      .catch((error) => log.warn('the use of a key cannot be noted', { why: messageOf(error) }));
  };

  return {
    isOpen,
    callerWith(text) {
      if (text === undefined) return known.refusal ?? anonymous;
      const given = readKey(text);
      const found = given && known.active.get(given.id);
      // Who sends a key to an API that needs none is let in: it may have been told to send one to wherever it goes.
      if (!given || !found || !isSecretOf(given.secret, found.sha256)) {
        if (isOpen()) return anonymous;
        return known.refusal === unreadable ? unreadable : unknown;
      }
      noteUse(found.id);
      return found.caller;
    },
    isStillWelcome: ({ key }) => (key === undefined ? isOpen() : known.active.has(key)),
    onChange: (listener) => void listeners.push(listener),
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}

/** Whether reading has failed for a reason that may have gone in a moment, such as too many open files. */
const isPassing = (error: unknown): boolean => !(error instanceof ManyheadError) && systemCode(error) !== 'EACCES';

interface Standing {
  /** Of the list of keys; 0 where none was ever made, or none can be gone by. */
  readonly generation: number;
  readonly stored: readonly StoredKey[];
  /** What somebody without a key is told; undefined where none is needed. */
  readonly refusal: ManyheadError | undefined;
  readonly active: ReadonlyMap<string, ActiveKey & { readonly caller: Caller }>;
}

function standing(generation: number, stored: readonly StoredKey[], own: ActiveKey | undefined): Standing {
  const active = stored.filter(isActive);
  const all = own ? [...active, own] : active;
  return {
    generation,
    stored,
    refusal: generation === 0 ? undefined : active.length > 0 ? missing : revoked,
    active: new Map(all.map((key) => [key.id, { ...key, caller: { name: key.name, scope: key.scope, key: key.id } }])),
  };
}
