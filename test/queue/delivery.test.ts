import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { eventually } from '../eventually.js';
import { kinds } from './kinds.js';
import { skips } from './skips.js';
import { stage } from './stage.js';

describe.each(kinds)('a delivery, $name', ({ missing, prepare }) => {
  if (skips(missing)) return;
  const { queue, nextJob, work, hear, startChild } = stage(prepare);

  it('delivers once, and tells two listeners of everything', async () => {
    const [first, second] = await Promise.all([hear(), hear()]);
    const job = nextJob();
    let runs = 0;
    await queue().add(job);
    await queue().add(job);
    expect(await queue().holds(job)).toBe(true);
    expect(await queue().progress(job)).toBeUndefined();

    let finish = (): void => {};
    work(async (delivery, { report }) => {
      expect(delivery).toEqual(job);
      runs++;
      for (let epoch = 0; epoch <= 100; epoch++) report({ epoch });
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      report(0);
      return 'done';
    });
    await eventually('its progress', async () => {
      const progress = await queue().progress(job);
      return JSON.stringify(progress) === '{"epoch":100}';
    });
    expect(await queue().remove(job)).toBe(false);
    finish();
    for (const heard of [first, second]) {
      await eventually('its last progress', () =>
        heard.some((event) => event.kind === 'progress' && event.jobId === job.jobId && event.progress === 0),
      );
      await eventually('its end', () => heard.at(-1)?.kind === 'changed');
      const reports = heard.filter(({ kind }) => kind === 'progress');
      expect(reports.length).toBeLessThan(5);
      expect(heard.every((event) => event.kind !== 'gap' && event.jobId === job.jobId)).toBe(true);
    }
    await eventually('the queue to be empty', async () => !(await queue().holds(job)));
    expect(runs).toBe(1);
  });

  it('takes several at once, as many as it should', async () => {
    const jobs = Array.from({ length: 6 }, nextJob);
    let now = 0;
    let most = 0;
    const done = new Set<string>();
    work(async ({ jobId }) => {
      most = Math.max(most, ++now);
      await eventually('the others', () => most === 3 && now > 0, 2_000);
      now--;
      done.add(jobId);
      return 'done';
    }, 3);
    await Promise.all(jobs.map((job) => queue().add(job)));
    await eventually('all six', () => done.size === 6);
    expect(most).toBe(3);
  });

  it('gives back what still waits, and says so', async () => {
    const heard = await hear();
    const job = nextJob();
    expect(await queue().remove(job)).toBe(false);
    await queue().add(job);
    await eventually('it was added', () => heard.length > 0);
    const before = heard.length;
    expect(await queue().remove(job)).toBe(true);
    expect(await queue().holds(job)).toBe(false);
    await eventually('it was removed', () => heard.length > before && heard.at(-1)?.kind === 'changed');
  });

  it('hands over to another worker when one closes, however often', async () => {
    const job = nextJob();
    await queue().add(job);
    for (let worker = 1; worker <= 5; worker++) {
      let took = false;
      const closingSoon = work(async (_, { signal }) => {
        took = true;
        await once(signal, 'abort');
        return 'hand back';
      });
      await eventually(`worker ${worker} to take it`, () => took, 3_000);
      await closingSoon.close();
      expect(await queue().holds(job)).toBe(true);
    }
    expect(await queue().remove(job)).toBe(true);
  });

  it('gives up what throws three times', async () => {
    const heard = await hear();
    const job = nextJob();
    let runs = 0;
    work(async () => {
      runs++;
      throw new Error('a bug');
    });
    await queue().add(job);
    await eventually('lost', () => heard.some((event) => event.kind === 'lost' && event.jobId === job.jobId));
    expect(runs).toBe(3);
    expect(await queue().holds(job)).toBe(false);
  });

  describe('a worker that is killed in the middle of a job', () => {
    it('is replaced', async () => {
      const job = nextJob();
      await queue().add(job);
      const child = startChild();
      expect((await once(child, 'message'))[0]).toEqual(job);
      let again = false;
      work(async (delivery) => {
        again = delivery.jobId === job.jobId;
        return 'done';
      });
      child.kill('SIGKILL');
      await eventually('another worker to take it', () => again);
      await eventually('its end', async () => !(await queue().holds(job)));
    });

    it('is replaced twice; then the job is given up', async () => {
      const heard = await hear();
      const job = nextJob();
      await queue().add(job);
      for (let death = 1; death <= 3; death++) {
        const child = startChild();
        expect((await once(child, 'message'))[0]).toEqual(job);
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      let runs = 0;
      work(async () => {
        runs++;
        return 'done';
      });
      await eventually('lost', () => heard.some((event) => event.kind === 'lost' && event.jobId === job.jobId));
      expect(runs).toBe(0);
      expect(await queue().holds(job)).toBe(false);
    });
  });
});
