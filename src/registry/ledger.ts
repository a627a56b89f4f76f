import { register } from '../artifacts/register.js';
import type { ArtifactStore } from '../artifacts/store.js';
import { shown } from '../errors.js';
import type { PromotionDecision } from './promotion.js';
import { type Ranges, rangesOf } from './ranges.js';

/** Which version each alias of a model points to. */
export type Aliases = Readonly<Record<string, number>>;

/** Where a model stands. */
export interface Standing {
  readonly aliases: Aliases;
  /** Numbers of versions that are gone, and are never given again. */
  readonly deleted: Ranges;
}

/** What can happen to a model once it has a version. */
export type Change =
  | {
      readonly kind: 'POINTED';
      readonly alias: string;
      readonly from: number | undefined;
      readonly version: number;
    }
  /** A job has decided whether its version takes over `production`. */
  | {
      readonly kind: 'DECIDED';
      readonly from: number | undefined;
      readonly version: number;
      readonly decision: PromotionDecision;
    }
  | { readonly kind: 'ALIAS_REMOVED'; readonly alias: string; readonly from: number }
  | { readonly kind: 'VERSION_DELETED'; readonly version: number };

/** A change, when it was made, and by whom; unknown where an earlier release wrote it. */
export type LedgerEntry = Change & { readonly at: string | undefined; readonly by: string | undefined };

/** What a change did, without when, why and by whom. */
export type Move =
  | { readonly kind: 'POINTED'; readonly alias: string; readonly version: number }
  | { readonly kind: 'DECIDED'; readonly version: number; readonly promoted: boolean }
  | { readonly kind: 'ALIAS_REMOVED'; readonly alias: string }
  | { readonly kind: 'VERSION_DELETED'; readonly version: number };

interface Page {
  readonly aliases: Aliases;
  /** Each by itself where format 1 wrote it. */
  readonly deleted: Ranges | readonly number[];
  readonly entry: LedgerEntry;
}

/** The changes of one model, each a page that is never changed: the newest tells where the model stands, all of them its history. */
export interface Ledger {
  standing(): Promise<Standing>;
  /** Every move, oldest first. These are kept at hand: of the changes of years little more than their number. */
  moves(): Promise<readonly Move[]>;
  /** The newest changes, oldest first, each read from its page. */
  history(most: number): Promise<readonly LedgerEntry[]>;
  /** What a job has decided about a version. */
  decision(version: number): Promise<PromotionDecision | undefined>;
  /**
   * Makes a change, given where the model stands, again and again until nobody came between.
   * @param change undefined leaves everything as it is; may throw
   * @returns whether anything was changed
   */
  change(
    by: string,
    change: (standing: Standing) => { readonly standing: Standing; readonly change: Change } | undefined,
  ): Promise<boolean>;
}

/** The ledger of a model on an artifact store: `models/<model>/aliases/<generation>`. */
export function ledgerOn(store: ArtifactStore, model: string): Ledger {
  const pages = register(
    store,
    `models/${model}/aliases`,
    `the ledger of model ${shown(model)}`,
    (text): Page | Aliases => JSON.parse(text),
  );
  const known: Move[] = [];

  const entryOf = (page: Page | Aliases, place: number): LedgerEntry =>
    isPage(page) ? page.entry : entryOfEarlier(known.slice(0, place), page);

  const moves = async (): Promise<readonly Move[]> => {
    const newest = await pages.read();
    // By place, as two readings may go on side by side.
    for (let place = known.length; place < (newest?.generation ?? 0); place++)
      known[place] = moveOf(entryOf(await pages.at(place + 1), place));
    return known;
  };

  return {
    async standing() {
      const newest = await pages.read();
      return newest ? standingOn(newest.value) : NOTHING;
    },
    moves,
    async history(most) {
      const all = (await moves()).length;
      const entries: LedgerEntry[] = [];
      for (let place = Math.max(0, all - most); place < all; place++)
        entries.push(entryOf(await pages.at(place + 1), place));
      return entries;
    },
    async decision(version) {
      const place = (await moves()).findIndex((move) => move.kind === 'DECIDED' && move.version === version);
      const entry = place < 0 ? undefined : entryOf(await pages.at(place + 1), place);
      return entry?.kind === 'DECIDED' ? entry.decision : undefined;
    },
    async change(by, change) {
      let changed = false;
      await pages.update((page): Page | undefined => {
        const next = change(page ? standingOn(page) : NOTHING);
        changed = next !== undefined;
        return next && { ...next.standing, entry: { ...next.change, at: new Date().toISOString(), by } };
      });
      return changed;
    },
  };
}

const NOTHING: Standing = { aliases: {}, deleted: [] };

const isPage = (page: Page | Aliases): page is Page => typeof page.entry === 'object';

/** A page of an earlier release holds the aliases alone. */
const standingOn = (page: Page | Aliases): Standing =>
  isPage(page) ? { aliases: page.aliases, deleted: rangesOf(page.deleted) } : { aliases: page, deleted: [] };

function moveOf(entry: LedgerEntry): Move {
  switch (entry.kind) {
    case 'POINTED':
      return { kind: entry.kind, alias: entry.alias, version: entry.version };
    case 'DECIDED':
      return { kind: entry.kind, version: entry.version, promoted: entry.decision.promoted };
    case 'ALIAS_REMOVED':
      return { kind: entry.kind, alias: entry.alias };
    case 'VERSION_DELETED':
      return { kind: entry.kind, version: entry.version };
  }
}

/** What an earlier release changed: it could only point an alias somewhere. */
function entryOfEarlier(before: readonly Move[], aliases: Aliases): LedgerEntry {
  const pointed = (alias: string) => before.findLast((entry) => entry.kind === 'POINTED' && entry.alias === alias);
  const versionBefore = (alias: string) => {
    const entry = pointed(alias);
    return entry?.kind === 'POINTED' ? entry.version : undefined;
  };
  const names = Object.keys(aliases);
  const alias = names.find((name) => versionBefore(name) !== aliases[name]) ?? names[0];
  return { kind: 'POINTED', alias, from: versionBefore(alias), version: aliases[alias], at: undefined, by: undefined };
}
