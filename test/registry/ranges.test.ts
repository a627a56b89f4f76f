import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { greatest, holds, rangesOf } from '#src/registry/ranges.js';

describe('numbers as ranges', () => {
  it('hold what was put into them, in whatever order, and nothing else, in as few ranges as there can be', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 }), (numbers) => {
        const ranges = rangesOf(numbers);
        const within = Array.from({ length: 42 }, (_, number) => number).filter((number) => holds(ranges, number));
        expect(within).toEqual([...new Set(numbers)].sort((a, b) => a - b));
        expect(greatest(ranges)).toBe(within.at(-1));
        const gaps = ranges.slice(1).map(([first], place) => first - ranges[place][1]);
        expect(gaps.filter((gap) => gap < 2)).toEqual([]);
        expect(rangesOf(ranges)).toBe(ranges);
      }),
    );
  });
});
