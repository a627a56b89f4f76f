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

interface Page {
  readonly aliases: Aliases;
  /** Each by itself where format 1 wrote it. */
  readonly deleted: Ranges | readonly number[];
  readonly entry: LedgerEntry;
}

/** The changes of one model, each a page that is never changed: the newest tells where the model stands, all of them its history. */
export interface Ledger {
  standing(): Promise<Standing>;
  /** Every change, oldest first. */
  history(): Promise<readonly LedgerEntry[]>;
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
  const known: LedgerEntry[] = [];
  return {
    async standing() {
      const newest = await pages.read();
      return newest ? standingOn(newest.value) : NOTHING;
    },
    async history() {
      const newest = await pages.read();
      // By place, as two readings may go on side by side.
      for (let place = known.length; place < (newest?.generation ?? 0); place++) {
        const page = await pages.at(place + 1);
        known[place] = isPage(page) ? page.entry : entryOfEarlier(known.slice(0, place), page);
      }
      return [...known];
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

/** What an earlier release changed: it could only point an alias somewhere. */
function entryOfEarlier(before: readonly LedgerEntry[], aliases: Aliases): LedgerEntry {
  const pointed = (alias: string) => before.findLast((entry) => entry.kind === 'POINTED' && entry.alias === alias);
  const versionBefore = (alias: string) => {
    const entry = pointed(alias);
    return entry?.kind === 'POINTED' ? entry.version : undefined;
  };
  const names = Object.keys(aliases);
  const alias = names.find((name) => versionBefore(name) !== aliases[name]) ?? names[0];
  return { kind: 'POINTED', alias, from: versionBefore(alias), version: aliases[alias], at: undefined, by: undefined };
}
