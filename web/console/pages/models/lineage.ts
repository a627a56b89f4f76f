/** A version and the one it went on from. */
export interface Descendant {
  readonly number: number;
  readonly parent: number | null;
}

/** A line within a row, from the lane at its top edge or its middle to the lane at its middle or its bottom edge. */
export interface LineageLine {
  readonly from: number;
  readonly to: number;
  readonly half: 'upper' | 'lower';
}

/** What is drawn beside one version: its point in a lane, and the lines that come and go. */
export interface LineageRow {
  readonly lane: number;
  readonly lines: readonly LineageLine[];
}

/**
 * Versions, newest first, as lanes of a picture: each version stands in a lane, and a line leads down from it to the version it
 * went on from. Versions that wait for the same parent share a lane, so a parent of a hundred versions takes no more room than
 * a parent of two. A parent that is not among the versions is led to beyond the last row.
 */
export function lineage(versions: readonly Descendant[]): LineageRow[] {
  /** Which parent each lane leads to; undefined where the lane is free. */
  let lanes: (number | undefined)[] = [];
  return versions.map(({ number, parent }) => {
    const above = lanes;
    const awaited = above.indexOf(number);
    const lane = awaited >= 0 ? awaited : firstFree(above);
    const passing = above.map((waits, each) => (each === lane ? undefined : waits));
    const shared = parent === null ? -1 : passing.indexOf(parent);
    const below = [...passing];
    if (parent !== null && shared < 0) below[lane] = parent;
    lanes = below;
    const straight = (half: 'upper' | 'lower'): LineageLine[] =>
      passing.flatMap((waits, each) => (waits === undefined ? [] : [{ from: each, to: each, half }]));
    return {
      lane,
      lines: [
        ...straight('upper'),
        ...(awaited >= 0 ? [{ from: lane, to: lane, half: 'upper' as const }] : []),
        ...straight('lower'),
        ...(parent === null ? [] : [{ from: lane, to: shared < 0 ? lane : shared, half: 'lower' as const }]),
      ],
    };
  });
}

function firstFree(lanes: readonly (number | undefined)[]): number {
  const free = lanes.indexOf(undefined);
  return free < 0 ? lanes.length : free;
}
