import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '#src/client/client.js';
import { checkServer } from '#src/commands/doctor/server.js';
import { kinds, type RunningQueue } from '../queue/kinds.js';
import { ask, data, easyRows, finished, settingsOver, startApi, startWorker, TRAIN, temporaryFolder } from './stage.js';

const command = promisify(execFile);
const canMount = process.platform === 'linux' && process.getuid?.() === 0;
if (!canMount) console.warn('SKIPPED: only root can mount the disk that is made read-only here.');
const { missing, prepare } = kinds.find(({ name }) => name === 'on Redis') ?? kinds[0];

describe.skipIf(missing !== undefined || (!canMount && !process.env.CI))('what answers, but takes nothing', () => {
  let queue: RunningQueue;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let api: Awaited<ReturnType<typeof startApi>>;
  let worker: Awaited<ReturnType<typeof startWorker>>;
  let redis: Redis;
  beforeAll(async () => {
    [queue, folder] = await Promise.all([prepare(), temporaryFolder()]);
    await command('mount', ['-t', 'tmpfs', '-o', 'size=64m,mode=700', 'manyhead-test', folder.path]);
    const environment = settingsOver(queue, folder.path);
    [api, worker] = await Promise.all([startApi(environment), startWorker(environment)]);
    redis = new Redis(queue.settings.REDIS_URL);
  });
  afterAll(async () => {
    await Promise.all([api.running, worker].map((running) => running.end('SIGKILL')));
    redis.disconnect();
    await queue.remove();
    await command('umount', [folder.path]);
    await folder.remove();
  });

  const train = () => ask(api.address, TRAIN, { input: { model: 'fruit', examples: easyRows() } });
  const readiness = async (): Promise<string> => (await fetch(`${api.address}/readyz`)).text();
  const metric = async () => (await fetch(`${api.address}/metrics`)).text();

  it('is told to who sends requests, and to who trains, where the disk has become read-only', async () => {
    await command('mount', ['-o', 'remount,ro', folder.path]);
    const refused = (await train()).errors;
    expect(refused).toMatchObject([{ extensions: { code: 'STORAGE_UNAVAILABLE' } }]);
    expect(JSON.stringify(refused)).not.toMatch(/EROFS|manyhead-test/);
    expect(api.running.said()).toMatch(/"message":"EROFS: read-only file system, [^"]*manyhead-test[^"]*"/);
    expect(await readiness()).toBe('not ready: the data folder cannot be used\n');
    const [seen] = await checkServer(api.address, createClient({ url: api.address }), true);
    expect(seen).toMatchObject({
      outcome: 'failed',
      found: `${api.address} is not ready: the data folder cannot be used`,
      mend: expect.stringContaining('disk'),
    });
    const put = await fetch(`${api.address}/datasets/rows`, {
      method: 'PUT',
      body: 'text,topic\na,b\n',
      headers: { 'content-type': 'text/csv' },
    });
    expect([put.status, await put.text()]).toEqual([503, expect.stringContaining('STORAGE_UNAVAILABLE')]);
    expect((await data(api.address, '{ embed(texts: ["a"]) { dimensions } }')).embed).toHaveLength(1);
    await command('mount', ['-o', 'remount,rw', folder.path]);
    expect(await readiness()).toBe('ok\n');
    expect(await finished(api.address, (await train()).data.train.id)).toMatchObject({ status: 'SUCCEEDED' });
  });

  it.each([
    ['its memory is full', ['CONFIG', 'SET', 'maxmemory', '1mb'], ['CONFIG', 'SET', 'maxmemory', '0']],
    ['it follows another Redis', ['REPLICAOF', '127.0.0.1', '1'], ['REPLICAOF', 'NO', 'ONE']],
  ])('is told of a queue when %s', async (_, [breaks, ...how], [mends, ...back]) => {
    await redis.call('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    await redis.call(breaks, ...how);
    expect((await train()).errors).toMatchObject([{ extensions: { code: 'QUEUE_UNAVAILABLE' } }]);
    expect(await readiness()).toBe('not ready: the queue takes no jobs\n');
    expect(await metric()).toMatch(/^manyhead_queue_up 0$/m);
    // What needs no job is answered also by an API that starts now, and on a folder where nothing was ever trained.
    const settings = settingsOver(queue, join(folder.path, breaks));
    const late = await startApi({ ...settings, STARTER: 'on' });
    expect((await data(late.address, '{ embed(texts: ["a"]) { dimensions } }')).embed).toHaveLength(1);
    expect(late.running.said()).toMatch(/Redis takes no jobs.*starter job not queued/s);
    await late.running.end();
    await redis.call(mends, ...back);
    expect(await readiness()).toBe('ok\n');
    expect(await finished(api.address, (await train()).data.train.id)).toMatchObject({ status: 'SUCCEEDED' });
  });
});
