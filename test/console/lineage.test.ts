import { describe, expect, it } from 'vitest';
import { lineage } from '../../web/console/pages/models/lineage.js';

const lanesOf = (versions: readonly (readonly [number, number | null])[]) =>
  lineage(versions.map(([number, parent]) => ({ number, parent }))).map(({ lane }) => lane);

describe('the lineage of versions', () => {
  it('is one line where each went on from the one before', () => {
    expect(
      lanesOf([
        [3, 2],
        [2, 1],
        [1, null],
      ]),
    ).toEqual([0, 0, 0]);
  });

  it('takes two lanes for a hundred versions of one parent', () => {
    const children = Array.from({ length: 100 }, (_, i) => [101 - i, 1] as const);
    expect(new Set(lanesOf([...children, [1, null]]))).toEqual(new Set([0, 1]));
  });

  it('leads every version down to its parent, and beyond the last row where the parent is not shown', () => {
    const rows = lineage([
      { number: 9, parent: 7 },
      { number: 8, parent: 2 },
      { number: 7, parent: 6 },
    ]);
    expect(rows.map(({ lane }) => lane)).toEqual([0, 1, 0]);
    expect(rows[1].lines).toContainEqual({ from: 0, to: 0, half: 'upper' });
    expect(rows[2].lines).toContainEqual({ from: 1, to: 1, half: 'lower' });
    expect(rows[2].lines).toContainEqual({ from: 0, to: 0, half: 'lower' });
  });

  it('joins the line of a version whose parent is led to already', () => {
    const [, second] = lineage([
      { number: 3, parent: 1 },
      { number: 2, parent: 1 },
      { number: 1, parent: null },
    ]);
    expect(second).toMatchObject({
      lane: 1,
      lines: [expect.anything(), expect.anything(), { from: 1, to: 0, half: 'lower' }],
    });
  });
});
