import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { callLimit, stopIfTooLate, withinCallLimit } from '#src/queue/unavailable.js';

/** Node marks the promises that it follows for an AsyncLocalStorage, and everything of the process takes longer for it. */
const promisesAreFollowed = (): boolean => Object.getOwnPropertySymbols(Promise.resolve()).length > 0;

describe('the limit of a call to the queue', () => {
  it('has Node follow promises while a call is underway, and not a moment longer', async () => {
    expect(promisesAreFollowed()).toBe(false);
    const calls = [10, 60].map((milliseconds) => withinCallLimit(() => pause(milliseconds)));
    await calls[0];
    expect(promisesAreFollowed()).toBe(true);
    await calls[1];
    await pause();
    expect(promisesAreFollowed()).toBe(false);
  });

  it('stops what goes on after its caller was told no, also while other calls come and go', async () => {
    let told: unknown;
    let tooLate: unknown;
    const late = withinCallLimit(async () => {
      await pause(callLimit + 200);
      try {
        stopIfTooLate();
      } catch (error) {
        tooLate = error;
      }
    }).catch((error: unknown) => {
      told = error;
    });
    await withinCallLimit(() => pause(10));
    await late;
    expect(told).toBeInstanceOf(Error);
    await withinCallLimit(() => pause(400));
    expect(tooLate).toBeInstanceOf(Error);
  });

  it('is none of whoever calls outside of it', async () => {
    await withinCallLimit(async () => stopIfTooLate());
    expect(stopIfTooLate).not.toThrow();
  });
});
