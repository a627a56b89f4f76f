import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { listen, type QueueEvent } from '#src/queue/events.js';
import { openQueue, type TrainingQueue } from '#src/queue/queue.js';
import { openWorker, type Run, type TrainingWorker, type WorkerTiming } from '#src/queue/worker.js';
import type { Delivery } from '../../src/queue/delivery.js';
import type { Kind, RunningQueue } from './kinds.js';

/** Locks are held for less time than in real life, so that the stories take seconds. */
export const timing = { lock: 1_200, stalledCheck: 300, closing: 1_500 };

/** What a story needs: a real queue for all of them, and everything else closed when each is over. */
export interface Stage {
  readonly running: () => RunningQueue;
  readonly queue: () => TrainingQueue;
  nextJob(): Delivery;
  work(run: Run, concurrency?: number): TrainingWorker;
  /** Everything that a listener hears from now on. */
  hear(): Promise<QueueEvent[]>;
  /** A worker process, to be killed. Its clock may be off, by so many milliseconds, and its runs may throw. */
  startChild(options?: { readonly clockOff?: number; readonly throws?: boolean }): ChildProcess;
  closeAll(): Promise<void>;
}

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

export function stage(prepare: Kind['prepare'], given: WorkerTiming = timing): Stage {
  let running: RunningQueue | undefined;
  let queue: TrainingQueue | undefined;
  const open: { close(): Promise<void> }[] = [];
  const children: ChildProcess[] = [];
  let count = 0;

  const there = <T>(thing: T | undefined): T => {
    if (thing === undefined) throw new Error('the queue was not prepared');
    return thing;
  };
  const keep = <T extends { close(): Promise<void> }>(thing: T): T => {
    open.push(thing);
    return thing;
  };
  const closeAll = async (): Promise<void> => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await Promise.all(open.splice(0).map((thing) => thing.close()));
  };

  beforeAll(async () => {
    running = await prepare();
    queue = openQueue(running.config, () => {});
  });
  afterEach(closeAll);
  afterAll(async () => {
    await queue?.close();
    await running?.remove();
  });

  return {
    running: () => there(running),
    queue: () => there(queue),
    nextJob: () => ({ jobId: `job-${++count}`, attempt: 1 }),
    work: (run, concurrency = 1) =>
      keep(openWorker(there(running).config, { concurrency, run, timing: given, onError: () => {} })),
    async hear() {
      const heard: QueueEvent[] = [];
      keep(
        await listen(
          there(running).config,
          (event) => heard.push(event),
          () => {},
        ),
      );
      return heard;
    },
    startChild({ clockOff = 0, throws = false } = {}) {
      const settings = JSON.stringify({ config: there(running).config, timing: given, throws });
      const child = fork(pathOf('./worker.child.mjs'), [settings], {
        execArgv: ['--import', pathOf('../clock.mjs')],
        env: { ...process.env, CLOCK_OFF: String(clockOff) },
      });
      children.push(child);
      return child;
    },
    closeAll,
  };
}
