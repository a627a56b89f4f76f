import { ManyheadError, notFound, shown } from '../errors.js';
import type { Aliases, Change, Move, Standing } from './ledger.js';
import type { PromotionDecision } from './promotion.js';
import { holds, withNumber } from './ranges.js';

/** The alias that is served where a caller names no version. */
export const PRODUCTION = 'production';

/** Where a model stands after a change. */
export interface Changed {
  readonly standing: Standing;
  readonly change: Change;
}

/** An alias points at a version. @throws ManyheadError NOT_FOUND where the version was deleted in the meantime */
export function pointed({ aliases, deleted }: Standing, alias: string, version: number): Changed {
  if (holds(deleted, version)) throw new ManyheadError('NOT_FOUND', `version ${version} was deleted.`, 'version');
  return {
    standing: { aliases: { ...aliases, [alias]: version }, deleted },
    change: { kind: 'POINTED', alias, from: target(aliases, alias), version },
  };
}

/** A version is in production, or not, as its job decided; undefined where another one is served than it was compared with. */
export function settled(
  { aliases, deleted }: Standing,
  version: number,
  serving: number | undefined,
  decision: PromotionDecision,
): Changed | undefined {
  if (target(aliases, PRODUCTION) !== serving) return undefined;
  // A version that was deleted between its making and this is left in peace.
  const promoted = decision.promoted && !holds(deleted, version);
  return {
    standing: { aliases: promoted ? { ...aliases, [PRODUCTION]: version } : aliases, deleted },
    change: { kind: 'DECIDED', from: serving, version, decision: { ...decision, promoted } },
  };
}

/**
 * An alias points at the version it pointed to before the present one; once more, at the one before that.
 * @param moves up to the standing
 * @returns undefined where they end before the standing
 * @throws ManyheadError NOT_FOUND where there is no such alias; CONFLICT where it pointed to nothing before that is still there
 */
export function rolledBack(standing: Standing, alias: string, moves: readonly Move[]): Changed | undefined {
  const present = target(standing.aliases, alias);
  if (present === undefined) throw notFound(`alias ${shown(alias)}`, Object.keys(standing.aliases), 'alias');
  const before = pointedAt(alias, moves);
  if (before.at(-1) !== present) return undefined;
  const version = versionBefore(alias, moves);
  if (version === undefined)
    throw new ManyheadError(
      'CONFLICT',
      `alias ${shown(alias)} pointed to no version before that is still there: promote one instead.`,
      'alias',
    );
  return pointed(standing, alias, version);
}

/** @throws ManyheadError NOT_FOUND; CONFLICT for `production`, which can only point elsewhere */
export function withoutAlias({ aliases, deleted }: Standing, alias: string): Changed {
  if (!Object.hasOwn(aliases, alias)) throw notFound(`alias ${shown(alias)}`, Object.keys(aliases), 'alias');
  if (alias === PRODUCTION)
    throw new ManyheadError('CONFLICT', `alias ${shown(alias)} can point elsewhere, but not be removed.`, 'alias');
  const { [alias]: from, ...others } = aliases;
  return { standing: { aliases: others, deleted }, change: { kind: 'ALIAS_REMOVED', alias, from } };
}

/** @throws ManyheadError CONFLICT where an alias points to the version; undefined where it is gone already */
export function withoutVersion({ aliases, deleted }: Standing, version: number): Changed | undefined {
  const alias = Object.keys(aliases).find((name) => aliases[name] === version);
  if (alias !== undefined)
    throw new ManyheadError(
      'CONFLICT',
      `version ${version} cannot be deleted: alias ${shown(alias)} points to it.`,
      'version',
    );
  if (holds(deleted, version)) return undefined;
  return { standing: { aliases, deleted: withNumber(deleted, version) }, change: { kind: 'VERSION_DELETED', version } };
}

/** The version that a roll-back would point an alias at; undefined where it pointed to none before that is still there. */
export const versionBefore = (alias: string, moves: readonly Move[]): number | undefined =>
  pointedAt(alias, moves).at(-2);

/** What an alias has pointed at that is still there, the present version last: what a roll-back undid is left out. */
function pointedAt(alias: string, moves: readonly Move[]): readonly number[] {
  let versions: number[] = [];
  for (const move of moves) {
    const to = pointsTo(move, alias);
    if (move.kind === 'VERSION_DELETED') versions = without(versions, move.version);
    // Going back to the version before undoes what came after it.
    else if (to !== undefined && versions.at(-2) === to) versions.pop();
    else if (to !== undefined && versions.at(-1) !== to) versions.push(to);
  }
  return versions;
}

/** What is left when a version is gone; one that now follows itself stands once. */
const without = (versions: readonly number[], gone: number): number[] =>
  versions.filter((version) => version !== gone).filter((version, place, all) => version !== all[place - 1]);

/** The version that an alias points to after a change that moved it. */
function pointsTo(move: Move, alias: string): number | undefined {
  if (move.kind === 'POINTED') return move.alias === alias ? move.version : undefined;
  return move.kind === 'DECIDED' && move.promoted && alias === PRODUCTION ? move.version : undefined;
}

const target = (aliases: Aliases, alias: string): number | undefined =>
  Object.hasOwn(aliases, alias) ? aliases[alias] : undefined;
