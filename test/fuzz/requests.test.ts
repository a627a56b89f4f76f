import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { effort } from './effort.js';
import { sent } from './exchange.js';
import { httpShot } from './http-shots.js';
import { type Installation, openInstallation } from './installation.js';
import { checkAnswer } from './promises.js';
import { uploadShot } from './upload-shots.js';

/** Shots that are under way at once. */
const AT_ONCE = 12;

/** After so many volleys, what requests have deleted is put back, and jobs they have started are ended. */
const HOUSEKEEPING = 40;

const { requests, seed } = effort(1500);

describe('requests that nobody should send', () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await openInstallation();
  });
  afterAll(() => installation.close());

  it(`are answered or their connections closed, ${requests} of them (seed ${seed}), and show nothing of the inside`, async () => {
    const { port, folder, isAlive, restock, cancelJobs } = installation;
    const volley = fc.array(fc.oneof({ weight: 3, arbitrary: httpShot }, { weight: 1, arbitrary: uploadShot }), {
      minLength: AT_ONCE,
      maxLength: AT_ONCE,
    });
    let volleys = 0;
    await fc.assert(
      fc.asyncProperty(volley, async (shots) => {
        const answers = await Promise.all(shots.map(async (shot) => ({ shot, back: await sent(port, shot) })));
        for (const { shot, back } of answers) checkAnswer(shot, back, folder);
        expect(await isAlive()).toBe(true);
        volleys += 1;
        if (volleys % HOUSEKEEPING === 0) {
          await restock();
          await cancelJobs();
        }
      }),
      { seed, numRuns: Math.ceil(requests / AT_ONCE) },
    );
    await cancelJobs();
    await installation.settled();
  }, 3_600_000);
});
