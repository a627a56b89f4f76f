import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { eventually } from '../eventually.js';
import { kinds } from './kinds.js';
import { stage, timing } from './stage.js';

const DAY = 86_400_000;

describe.each(kinds)('machines whose clocks differ by a day, $name', ({ missing, prepare }) => {
  if (missing) {
    console.warn(missing);
    it.skip(missing, () => {});
    return;
  }
  const { queue, nextJob, work, startChild } = stage(prepare);

  it.each([
    ['ahead', DAY],
    ['behind', -DAY],
  ])('a worker that is %s is replaced as soon as any other when it dies', async (_, clockOff) => {
    const job = nextJob();
    await queue().add(job);
    const child = startChild({ clockOff });
    await once(child, 'message');
    // By then it has looked for dead workers, and renewed its lock.
    await delay(timing.lock);
    child.kill('SIGKILL');
    const died = performance.now();
    let again = false;
    work(async (delivery) => {
      again = delivery.jobId === job.jobId;
      return 'done';
    });
    await eventually('another worker to take it', () => again);
    expect(performance.now() - died).toBeLessThan(5 * timing.lock);
  });

  it.each([
    ['ahead', DAY],
    ['behind', -DAY],
  ])('a worker that is %s keeps what it works on', async (_, clockOff) => {
    const job = nextJob();
    await queue().add(job);
    const child = startChild({ clockOff });
    await once(child, 'message');
    let isTakenAway = false;
    work(async ({ jobId }) => {
      isTakenAway ||= jobId === job.jobId;
      return 'done';
    });
    await delay(2.5 * timing.lock);
    expect(isTakenAway).toBe(false);
    expect(await queue().holds(job)).toBe(true);
    expect(await queue().remove(job)).toBe(false);
  });

  it('what a worker that is ahead could not do is tried again at once', async () => {
    const job = nextJob();
    await queue().add(job);
    const child = startChild({ clockOff: DAY, throws: true });
    await once(child, 'message');
    child.kill('SIGKILL');
    let again = false;
    work(async ({ jobId }) => {
      again ||= jobId === job.jobId;
      return 'done';
    });
    await eventually('another worker to take it', () => again);
  });
});
