import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextBatch } from '#src/encoder/batching.js';

const texts = (...lengths: number[]) => lengths.map((tokens, age) => ({ tokens, age }));
const lengthsOf = (batch: readonly { tokens: number }[]) => batch.map(({ tokens }) => tokens);

describe('the next batch', () => {
  it('is a lone text, when only one waits', () => {
    expect(lengthsOf(nextBatch(texts(300), 256))).toEqual([300]);
  });

  it('puts the oldest with those nearest to it in length', () => {
    expect(lengthsOf(nextBatch(texts(20, 90, 19, 5, 21, 20), 512))).toEqual([20, 20, 19, 21]);
  });

  it('takes the older of two that are alike', () => {
    const batch = nextBatch(texts(10, 10, 10, 10), 30);
    expect(batch.map(({ age }) => age)).toEqual([0, 1, 2]);
  });

  it('always holds the oldest, keeps to the budget, and is at most a tenth padding', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 2, max: 256 }), { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 256, max: 2048 }),
        (lengths, budget) => {
          const waiting = texts(...lengths);
          const batch = nextBatch(waiting, budget);
          const places = batch.length * Math.max(...lengthsOf(batch));
          const real = lengthsOf(batch).reduce((sum, tokens) => sum + tokens, 0);
          expect(batch).toContain(waiting[0]);
          expect(new Set(batch).size).toBe(batch.length);
          expect(places).toBeLessThanOrEqual(budget);
          expect(1 - real / places).toBeLessThanOrEqual(0.1 + 1e-9);
        },
      ),
    );
  });

  it('fills the budget when enough texts of one length wait', () => {
    expect(nextBatch(texts(...Array(100).fill(16)), 512)).toHaveLength(32);
  });
});
