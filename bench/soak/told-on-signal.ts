import { renameSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread } from 'node:worker_threads';

/* Loaded into every process of a soak (`--import`): on SIGUSR2 it collects garbage, so that what is left is what is held, and
   writes what this process knows of itself into the folder of the soak. */

/** What a process tells of itself. */
export interface Told {
  /** Bytes that JavaScript holds once garbage is collected. */
  readonly heap: number;
  /** Bytes of buffers outside of the heap. */
  readonly external: number;
  /** p99 of the event loop's delay since the last time, in milliseconds. */
  readonly loopDelay: number;
}

const { SOAK_FOLDER } = process.env;
if (isMainThread && SOAK_FOLDER) {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  process.on('SIGUSR2', () => {
    const loopDelay = delay.percentile(99) / 1e6;
    collect();
    // What finalizers let go of is collected the second time.
    setTimeout(() => {
      collect();
      const { heapUsed, external } = process.memoryUsage();
      const told: Told = { heap: heapUsed, external, loopDelay };
      const path = `${SOAK_FOLDER}/${process.pid}.json`;
      writeFileSync(`${path}.new`, JSON.stringify(told));
      renameSync(`${path}.new`, path);
      delay.reset();
    }, 100).unref();
  });
}
