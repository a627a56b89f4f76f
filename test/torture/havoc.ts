import { setTimeout as delay } from 'node:timers/promises';
import { RandomGenerator } from '#src/random/generator.js';
import type { Actor, Cast } from './cast.js';
import type { Disk } from './disk.js';
import type { Settings } from './settings.js';

/** Lines after which it hurts most to be killed: between two steps that belong together. */
const SORE =
  /"msg":"(job started|checkpoint written|job succeeded|job cancelled|data set uploaded)"|"phase":"(saving|evaluating|training)"/;

/** How long a process is waited for to say such a line, in milliseconds. */
const PATIENCE = 1_500;

/** How long a process may take to start where the machine is busy, in milliseconds. */
const LONGEST_START = 30_000;

/** The time after which a worker that was not heard of has lost its job, in milliseconds, and a little more. */
const BEYOND_THE_LEASE = 12_000;

/** With so few kills nothing stands still for long either. */
const SHORT = 10;

const HOUR = 3_600_000;

export interface HavocReport {
  readonly kills: number;
  readonly happened: Readonly<Record<string, number>>;
}

/**
 * Kills and freezes processes, sets clocks off and fills the disk, in an order and at times that the seed gives, until as many
 * were killed as there should be. Everything is healed when it returns.
 */
export async function havoc(
  { seconds, kills: wanted, seed }: Settings,
  cast: Cast,
  disk: Disk,
  say: (line: string) => void,
): Promise<HavocReport> {
  const random = RandomGenerator.seeded(seed, 'havoc');
  const happened: Record<string, number> = {};
  const healing = new Set<Promise<void>>();
  const began = performance.now();
  let kills = 0;

  const later = (what: Promise<void>): void => {
    healing.add(what);
    void what.finally(() => healing.delete(what));
  };
  const anyOf = <T>(some: readonly T[]): T => some[random.below(some.length)];
  const pick = (): Actor => {
    const kind = anyOf(['api', 'api', 'worker', 'worker', 'worker', 'queue'] as const);
    return anyOf(cast.actors.filter((actor) => actor.kind === kind));
  };

  /** Most are killed when they are at work, some while they start. */
  const atWork = async (actor: Actor): Promise<void> => {
    if (random.uniform() < 0.15) return;
    const end = performance.now() + LONGEST_START;
    while (!actor.isReady() && performance.now() < end) await delay(50);
    await delay(random.below(2_000));
  };

  const kill = async (actor: Actor): Promise<void> => {
    await atWork(actor);
    const [isSharp, wait] = [actor.kind !== 'queue' && random.uniform() < 0.5, random.below(25)];
    if (isSharp) await Promise.race([actor.nextSays(SORE), delay(PATIENCE)]);
    await delay(wait);
    await actor.kill();
    kills += 1;
  };
  const freeze = async (actor: Actor): Promise<void> => {
    const isLong = actor.kind === 'worker' && wanted > SHORT && random.uniform() < 0.4;
    actor.freeze();
    await delay(isLong ? BEYOND_THE_LEASE : 200 + random.below(2_500));
    actor.thaw();
  };
  const jump = async (): Promise<void> => {
    await cast.setClocks((random.below(2) === 0 ? -1 : 1) * (1 + random.below(30)) * HOUR);
    await delay(1_000 + random.below(3_000));
    await cast.setClocks(0);
  };
  const fill = async (): Promise<void> => {
    await disk.fill();
    await delay(300 + random.below(2_000));
    await disk.free();
  };

  const pause = (1_000 * seconds) / wanted;
  while (kills < wanted) {
    const due = began + (kills + 0.5 + random.uniform()) * pause;
    await delay(Math.max(0, due - performance.now()));
    const chance = random.uniform();
    const actor = pick();
    const name =
      chance < 0.15 ? 'freeze' : chance < 0.22 ? 'clock' : chance < 0.3 && disk.canBeFull ? 'full disk' : 'kill';
    happened[`${name} ${name === 'kill' || name === 'freeze' ? actor.kind : ''}`.trim()] =
      (happened[`${name} ${name === 'kill' || name === 'freeze' ? actor.kind : ''}`.trim()] ?? 0) + 1;
    say(
      `${((performance.now() - began) / 1000).toFixed(1)} s: ${name} ${name === 'kill' || name === 'freeze' ? actor.name : ''}`,
    );
    if (name === 'kill') await kill(actor);
    else if (name === 'freeze') later(freeze(actor));
    else if (name === 'clock') later(jump());
    else if (healing.size === 0) later(fill());
    if (name !== 'kill') await delay(random.below(pause));
  }
  await Promise.all(healing);
  return { kills, happened };
}
