import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.js';
import { conversation } from './conversations.js';
import { effort } from './effort.js';
import { sent } from './exchange.js';
import { httpShot } from './http-shots.js';
import { type Installation, openInstallation } from './installation.js';
import { checkAnswer } from './promises.js';
import { uploadShot } from './upload-shots.js';

/** Shots that are under way at once. */
const AT_ONCE = 40;

/** After so many volleys, what requests have deleted is put back, and jobs they have started are ended. */
const HOUSEKEEPING = 20;

/** What the heap of an API that has not done anything yet may grow by, and later by as many requests again, in bytes. */
const WARM_UP = 60e6;
const GROWTH = 15e6;

const { requests, seed, isLong } = effort(2_000);

describe('requests that nobody should send', () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await openInstallation({ ENCODER_CACHE_MB: '8' });
  }, 180_000);
  afterAll(() => installation.close());

  it(`are answered or their connections closed, ${requests} of them (seed ${seed}), and leave nothing behind`, async () => {
    const { port, folder, isAlive, restock, cancelJobs, memory, descriptors } = installation;
    const shot = fc.oneof(
      { weight: 3, arbitrary: httpShot },
      { weight: 1, arbitrary: uploadShot },
      { weight: 1, arbitrary: conversation },
    );
    const volley = fc.array(shot, { minLength: AT_ONCE, maxLength: AT_ONCE });
    const all = Math.ceil(requests / AT_ONCE);
    const open = (await descriptors()).length;
    let bound = (await memory()).heapUsed + WARM_UP;
    let volleys = 0;
    await fc.assert(
      fc.asyncProperty(volley, async (shots) => {
        await Promise.all(shots.map(async (each) => checkAnswer(each, await sent(port, each), folder)));
        expect(await isAlive()).toBe(true);
        volleys += 1;
        if (volleys % HOUSEKEEPING === 0) {
          await restock();
          await cancelJobs();
        }
        if (isLong && volleys % 25 === 0) {
          const { heapUsed, rss } = await memory();
          process.stderr.write(
            `${volleys * AT_ONCE} requests, heap ${Math.round(heapUsed / 1e6)} MB, resident ${Math.round(rss / 1e6)} MB\n`,
          );
          if (volleys === 50 * Math.ceil(all / 200)) bound = heapUsed + GROWTH;
        }
      }),
      { seed, numRuns: all },
    );
    await restock();
    await cancelJobs();
    await installation.settled();
    await eventually('memory to be what it was', async () => (await memory()).heapUsed < bound, 60_000);
    // Connections to the queue are let go of once nobody has needed them for a minute.
    await eventually('descriptors to be closed', async () => (await descriptors()).length <= open + 5, 100_000).catch(
      async ({ message }) => {
        throw new Error(`${message}; there were ${open}, there are ${(await descriptors()).join(' ')}`);
      },
    );
  }, 3_600_000);

  it('make no error of their own mistakes in the log, and nothing but lines of the log', () => {
    const lines = installation.running.said().split('\n').filter(Boolean);
    expect(lines.filter((line) => !line.startsWith('{')).slice(0, 5)).toEqual([]);
    expect(lines.filter((line) => /"level":(50|60)/.test(line)).slice(0, 3)).toEqual([]);
  });
});
