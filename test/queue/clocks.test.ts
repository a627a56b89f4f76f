import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { eventually } from '../eventually.js';
import { kinds } from './kinds.js';
import { skips } from './skips.js';
import { stage, timing } from './stage.js';

const DAY = 86_400_000;

/** Time enough for a worker to renew its lock on a machine that has much else to do. */
const patient = { ...timing, lock: 3_000 };

describe.each(kinds)('machines whose clocks differ by a day, $name', ({ missing, prepare }) => {
  if (skips(missing)) return;
  const { queue, nextJob, work, startChild } = stage(prepare, patient);

  /** A worker a day ahead and one a day behind, each in the middle of a job. */
  const startTwo = async () => {
    const two = [];
    for (const clockOff of [DAY, -DAY]) {
      const job = nextJob();
      await queue().add(job);
      const child = startChild({ clockOff });
      await once(child, 'message');
      two.push({ job, child });
    }
    return two;
  };
  /** Works on whatever comes. @returns what came, as it comes */
  const workOn = (): readonly string[] => {
    const taken: string[] = [];
    work(async ({ jobId }) => {
      taken.push(jobId);
      return 'done';
    });
    return taken;
  };

  it('both are replaced as soon as any other when they die', async () => {
    const two = await startTwo();
    // By then they have looked for dead workers, and renewed their locks.
    await delay(patient.lock);
    for (const { child } of two) child.kill('SIGKILL');
    const died = performance.now();
    const taken = workOn();
    await eventually('another worker to take both', () => two.every(({ job }) => taken.includes(job.jobId)), 20_000);
    expect(performance.now() - died).toBeLessThan(5 * patient.lock);
  });

  it('both keep what they work on', async () => {
    const two = await startTwo();
    const taken = workOn();
    await delay(2.5 * patient.lock);
    for (const { job } of two) {
      expect(taken).not.toContain(job.jobId);
      expect(await queue().holds(job)).toBe(true);
      expect(await queue().remove(job)).toBe(false);
    }
  });

  it('what a worker that is ahead could not do is tried again at once', async () => {
    const job = nextJob();
    await queue().add(job);
    const child = startChild({ clockOff: DAY, throws: true });
    await once(child, 'message');
    child.kill('SIGKILL');
    const taken = workOn();
    await eventually('another worker to take it', () => taken.includes(job.jobId));
  });
});
