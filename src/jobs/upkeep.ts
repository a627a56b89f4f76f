import type { Datasets } from '../datasets/store.js';
import type { StoredVectors } from '../datasets/vectors.js';
import { messageOf } from '../errors.js';
import type { Log } from '../log.js';
import type { Registry } from '../registry/registry.js';
import { type JobRooms, reconcile } from './actions.js';
import { sweepCheckpoints, sweepRows } from './sweep.js';

/** How often jobs are compared with the queue, in milliseconds, should a process have died between the two. */
const RECONCILE_EVERY = 60_000;

/** How often rows and checkpoints that nobody needs any more are looked for, in milliseconds. */
const SWEEP_EVERY = 60 * 60_000;

export interface UpkeepRooms extends JobRooms {
  readonly datasets: Datasets;
  readonly registry: Registry;
  readonly vectors: StoredVectors;
}

/** What an API sees to in passing, at once and then again and again: that the queue holds every open job, and that nothing needless piles up. */
export function upkeep(rooms: UpkeepRooms, log: Log): { close(): void } {
  let closed = false;
  const repeated = (work: () => Promise<unknown>, every: number, complaint: string): NodeJS.Timeout => {
    const once = () =>
      work().catch((error) => {
        if (!closed) log.warn(complaint, { why: messageOf(error) });
      });
    void once();
    return setInterval(once, every);
  };
  const sweep = async () => {
    await sweepCheckpoints(rooms.records, rooms.checkpoints);
    await sweepRows(rooms);
  };
  const timers = [
    repeated(() => reconcile(rooms), RECONCILE_EVERY, 'jobs could not be compared with the queue'),
    repeated(sweep, SWEEP_EVERY, 'what nobody needs could not be removed'),
  ];
  return {
    close() {
      closed = true;
      for (const timer of timers) clearInterval(timer);
    },
  };
}
