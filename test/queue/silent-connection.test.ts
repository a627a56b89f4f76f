import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openQueue, type TrainingQueue } from '#src/queue/queue.js';
import { eventually } from '../eventually.js';
import { kinds, type RunningQueue } from './kinds.js';
import { skips } from './skips.js';

const [onRedis] = kinds.filter(({ name }) => name === 'on Redis');

describe('a connection to Redis that goes silent, as behind a firewall that has forgotten it', () => {
  if (skips(onRedis.missing)) return;
  let redis: RunningQueue;
  const open: { close(): unknown }[] = [];
  beforeAll(async () => {
    redis = await onRedis.prepare();
  });
  afterEach(() => Promise.all(open.splice(0).map((each) => each.close())));
  afterAll(() => redis.remove());

  /** A queue that reaches Redis through a firewall of its own, and has done so. */
  const reached = async (): Promise<{ queue: TrainingQueue; firewall: Firewall }> => {
    if (redis.config.kind !== 'redis') throw new Error('this story is about Redis');
    const firewall = await startFirewall(redis.config.url);
    const queue = openQueue({ kind: 'redis', url: firewall.url }, () => {});
    open.push(firewall, queue);
    await eventually('the queue', () => answers(queue));
    return { queue, firewall };
  };

  it('is given up for a new one, while one on which nothing is asked stays', async () => {
    const [silent, idle] = [await reached(), await reached()];
    const connections = idle.firewall.connections();
    silent.firewall.forget();
    await expect(silent.queue.ping()).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
    await eventually('the queue to be reached again', () => answers(silent.queue), 20_000);
    expect(await answers(idle.queue)).toBe(true);
    expect(idle.firewall.connections()).toBe(connections);
  });
});

const answers = (queue: TrainingQueue): Promise<boolean> =>
  queue.ping().then(
    () => true,
    () => false,
  );

interface Firewall {
  readonly url: string;
  /** Swallows from now on what comes on the connections that there are. */
  forget(): void;
  /** How many connections there have been. */
  connections(): number;
  close(): void;
}

async function startFirewall(url: string): Promise<Firewall> {
  const { hostname, port } = new URL(url);
  const pairs: [Socket, Socket][] = [];
  const server = createServer((inner) => {
    const outer = connect(Number(port), hostname);
    inner.pipe(outer).pipe(inner);
    for (const end of [inner, outer]) end.on('error', () => {});
    pairs.push([inner, outer]);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the firewall does not listen');
  const here = new URL(url);
  here.port = String(address.port);
  return {
    url: here.href,
    forget: () => {
      for (const [inner, outer] of pairs) {
        outer.unpipe(inner);
        inner.unpipe(outer);
        inner.resume();
      }
    },
    connections: () => pairs.length,
    close: () => {
      server.close();
      for (const end of pairs.flat()) end.destroy();
    },
  };
}
