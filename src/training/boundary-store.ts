import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The activations at the boundary between what is frozen and what learns, for every row of a data set. */
export interface BoundaryStore {
  /** Keeps a row's activations, [its tokens, hidden]. */
  put(row: number, activations: Float32Array): void;
  /** The activations of some rows one after the other, [tokens, hidden]. */
  gather(rows: readonly number[]): Float32Array<ArrayBuffer>;
  /** Where they are kept: for the log. */
  readonly where: 'memory' | 'disk';
  close(): void;
}

/**
 * In memory, or in a temporary file where they would take more than a bound.
 * @param lengths tokens of each row
 * @param mostBytes that may be kept in memory
 * @throws a system error when the temporary folder cannot be written to
 */
export function openBoundaryStore(lengths: readonly number[], hidden: number, mostBytes: number): BoundaryStore {
  const starts = [0];
  for (const length of lengths) starts.push(starts[starts.length - 1] + length * hidden);
  const total = starts[starts.length - 1];
  const gatherWith = (copy: (row: number, into: Float32Array) => void) => (rows: readonly number[]) => {
    const gathered = new Float32Array(rows.reduce((sum, row) => sum + starts[row + 1] - starts[row], 0));
    let end = 0;
    for (const row of rows) {
      const next = end + starts[row + 1] - starts[row];
      copy(row, gathered.subarray(end, next));
      end = next;
    }
    return gathered;
  };

  if (4 * total <= mostBytes) {
    const all = new Float32Array(total);
    return {
      where: 'memory',
      put: (row, activations) => all.set(activations, starts[row]),
      gather: gatherWith((row, into) => into.set(all.subarray(starts[row], starts[row + 1]))),
      close: () => {},
    };
  }
  const folder = mkdtempSync(join(tmpdir(), 'manyhead-boundary-'));
  const file = openSync(join(folder, 'activations'), 'w+');
  return {
    where: 'disk',
    put: (row, activations) => void writeSync(file, activations, 0, activations.byteLength, 4 * starts[row]),
    gather: gatherWith((row, into) => {
      const read = readSync(file, into, 0, into.byteLength, 4 * starts[row]);
      if (read !== into.byteLength) throw new Error(`the activations of row ${row} were not kept whole`);
    }),
    close: () => {
      closeSync(file);
      rmSync(folder, { recursive: true });
    },
  };
}
