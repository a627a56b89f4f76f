import { setImmediate } from 'node:timers/promises';

/** Work on a text gives the event loop its turn after this many milliseconds. */
const TURN = 5;

/** To be waited for between two pieces of work: at once where the turn has come, else not at all. */
export function breaths(): () => Promise<void> | undefined {
  let until = performance.now() + TURN;
  return () => {
    if (performance.now() < until) return undefined;
    return setImmediate().then(() => {
      until = performance.now() + TURN;
    });
  };
}
