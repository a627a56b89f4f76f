import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { openQueue } from '#src/queue/queue.js';
import { eventually } from '../eventually.js';
import { kinds } from './kinds.js';
import { skips } from './skips.js';
import { stage, timing } from './stage.js';

describe.each(kinds)('a queue that goes away, $name', ({ missing, prepare }) => {
  if (skips(missing)) return;
  const { running, queue, nextJob, work, hear, closeAll } = stage(prepare);

  describe('while the queue is away', () => {
    it('says so within 2 s, sends nothing later, and heals', async () => {
      const heard = await hear();
      const done: string[] = [];
      work(async ({ jobId }) => {
        done.push(jobId);
        return 'done';
      });
      const job = nextJob();
      const late = nextJob();
      await queue().add(job);
      await eventually('the first job', () => done.includes(job.jobId));

      await running().kill();
      const began = performance.now();
      const calls = [
        queue().add(late),
        queue().remove(late),
        queue().holds(late),
        queue().progress(late),
        queue().ping(),
      ];
      for (const call of await Promise.allSettled(calls))
        expect(call).toMatchObject({ status: 'rejected', reason: { code: 'QUEUE_UNAVAILABLE' } });
      expect(performance.now() - began).toBeLessThan(2_000);

      await running().start();
      await eventually('the listener to be told', () => heard.some(({ kind }) => kind === 'gap'));
      const after = nextJob();
      await queue().add(after);
      await eventually('the worker to take jobs again', () => done.includes(after.jobId));
      await eventually('events to flow again', () =>
        heard.some((event) => event.kind === 'changed' && event.jobId === after.jobId),
      );
      expect(done).not.toContain(late.jobId);
      expect(await queue().holds(late)).toBe(false);
    });

    it('ends within 2 s also where it just stands still', async () => {
      running().freeze();
      const began = performance.now();
      await expect(queue().ping()).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
      expect(performance.now() - began).toBeLessThan(2_000);
      running().thaw();
      await eventually('the queue', () =>
        queue()
          .ping()
          .then(
            () => true,
            () => false,
          ),
      );
    });

    it('aborts what its worker no longer has to itself, and delivers it again afterwards', async () => {
      const job = nextJob();
      let runs = 0;
      let aborted = false;
      work(async (_, { signal }) => {
        if (++runs > 1) return 'done';
        await once(signal, 'abort');
        aborted = true;
        return 'done';
      });
      await queue().add(job);
      await eventually('it to be taken', () => runs === 1);
      await running().kill();
      await eventually('its run to be aborted', () => aborted, 2 * timing.lock);
      await running().start();
      await eventually('it to be delivered again', () => runs === 2);
      await eventually('its end', async () => !(await queue().holds(job)));
    });

    it('can be opened, listened to and worked for', async () => {
      await running().kill();
      const heard = await hear();
      const done: string[] = [];
      work(async ({ jobId }) => {
        done.push(jobId);
        return 'done';
      });
      const early = openQueue(running().config, () => {});
      await expect(early.ping()).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
      await running().start();
      await eventually('a gap', () => heard.some(({ kind }) => kind === 'gap'));
      const job = nextJob();
      await early.add(job);
      await early.close();
      await eventually('the job', () => done.includes(job.jobId));
    });
  });

  it('keeps 200 waiting jobs when it is killed', async () => {
    const jobs = Array.from({ length: 200 }, nextJob);
    await inTwenties(jobs, (job) => queue().add(job));
    await running().kill();
    await running().start();
    const held = await inTwenties(jobs, (job) => queue().holds(job));
    expect(held.filter(Boolean)).toHaveLength(200);
    const order: string[] = [];
    work(async ({ jobId }) => {
      order.push(jobId);
      return 'done';
    });
    await eventually('all of them', () => order.length === 200);
    expect(new Set(order).size).toBe(200);
  });

  it('closes while the queue is away, too', async () => {
    const worker = work(async (_, { signal }) => {
      await once(signal, 'abort');
      return 'hand back';
    });
    const heard = await hear();
    await queue().add(nextJob());
    await eventually('it to be taken', () => heard.some(({ kind }) => kind === 'changed'));
    await running().kill();
    const began = performance.now();
    await Promise.all([worker.close(), queue().close(), closeAll()]);
    expect(performance.now() - began).toBeLessThan(timing.closing);
  });
});

/** All 200 at once would be a question of whether a busy machine answers them within the limit of one call. */
async function inTwenties<Each, Answer>(
  all: readonly Each[],
  ask: (each: Each) => Promise<Answer>,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (let start = 0; start < all.length; start += 20)
    answers.push(...(await Promise.all(all.slice(start, start + 20).map(ask))));
  return answers;
}
