import { createLogUpdate } from 'log-update';
import { say } from './output.js';

/** Lines on a terminal that are drawn over as things go on. */
export interface LiveLines {
  readonly isShown: boolean;
  show(lines: readonly string[]): void;
  /** Says something that stays, in the place of those that were drawn; the next ones are drawn below it. */
  say(line: string): void;
  /** Lets the last ones stand. */
  done(): void;
}

/** Often enough to look alive, in milliseconds. */
const EVERY = 80;

/** On standard error, where it is a terminal; nothing is shown otherwise. */
export function liveLines(): LiveLines {
  // A terminal of no size, as some containers give, has no room for them.
  if (!process.stderr.isTTY || !process.stderr.rows || process.env.TERM === 'dumb')
    return { isShown: false, show: () => {}, say, done: () => {} };
  const update = createLogUpdate(process.stderr);
  let drawn = Number.NEGATIVE_INFINITY;
  let waiting: readonly string[] | undefined;
  const draw = (lines: readonly string[]): void => {
    update(lines.join('\n'));
    drawn = performance.now();
    waiting = undefined;
  };
  return {
    isShown: true,
    show(lines) {
      if (performance.now() - drawn < EVERY) waiting = lines;
      else draw(lines);
    },
    say(line) {
      update.persist(line);
      drawn = Number.NEGATIVE_INFINITY;
      waiting = undefined;
    },
    done() {
      if (waiting) draw(waiting);
      update.done();
    },
  };
}
