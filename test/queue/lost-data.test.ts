import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { eventually } from '../eventually.js';
import { kinds } from './kinds.js';
import { skips } from './skips.js';
import { stage } from './stage.js';

const [onRedis] = kinds.filter(({ name }) => name === 'on Redis');

describe('a Redis that lost some of its data', () => {
  if (skips(onRedis.missing)) return;
  const { running, queue, nextJob, work } = stage(onRedis.prepare);

  /** Deletes the keys of the queue that end so. */
  const lose = async (ending: string): Promise<void> => {
    const { config } = running();
    if (config.kind !== 'redis') throw new Error('this story is about Redis');
    const redis = new Redis(config.url);
    await redis.del(await redis.keys(`*:${ending}`));
    redis.disconnect();
  };

  it('takes a delivery again of which it kept the rest, but not that it waits', async () => {
    const [lost, other] = [nextJob(), nextJob()];
    await queue().add(lost);
    await lose('wait');
    await queue().add(other);
    expect([await queue().holds(lost), await queue().holds(other)]).toEqual([false, true]);
    for (const job of [lost, other]) await queue().add(job);
    const done: string[] = [];
    work(async ({ jobId }) => {
      done.push(jobId);
      return 'done';
    });
    await eventually('both', () => done.length === 2);
    expect(done.sort()).toEqual([lost.jobId, other.jobId].sort());
  });
});
