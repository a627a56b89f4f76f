import type { RandomGenerator } from '../random/generator.js';

export interface Split {
  /** Rows to learn from, in ascending order. */
  readonly training: readonly number[];
  /** Rows that only measure, in ascending order. */
  readonly validation: readonly number[];
}

/**
 * Splits rows so that every label keeps its share on both sides, for any number of tasks at once: the rarest label is
 * served first, as in iterative stratification (Sechidis, Tsoumakas & Vlahavas 2011). No label loses its last training row.
 * @param rows the labels of each row, over all tasks: two rows share a label where they share a string
 * @param share of the rows that goes to validation, 0 to below 1
 */
export function stratifiedSplit(rows: readonly (readonly string[])[], share: number, random: RandomGenerator): Split {
  const labels = rows.map((given) => (given.length > 0 ? given : ['']));
  const members = groupByLabel(labels, random.shuffled(rows.keys()));
  const rarestFirst = [...members].sort(([a, x], [b, y]) => x.length - y.length || (a < b ? -1 : 1));

  const wanted = wantedRows(rarestFirst, share);
  const spare = new Map(rarestFirst.map(([label, { length }]) => [label, length - 1]));
  const placed = new Set<number>();
  const validation = new Set<number>();
  const all = (row: number, counts: ReadonlyMap<string, number>) =>
    labels[row].every((label) => (counts.get(label) ?? 0) > 0);

  for (const [label, candidates] of rarestFirst) {
    const free = candidates.filter((row) => !placed.has(row));
    // Rows that every label of theirs wants come first, so that serving one label does not overfill another.
    const bestFirst = [...free.filter((row) => all(row, wanted)), ...free.filter((row) => !all(row, wanted))];
    for (const row of bestFirst)
      if ((wanted.get(label) ?? 0) > 0 && all(row, spare)) {
        validation.add(row);
        for (const each of labels[row]) {
          wanted.set(each, (wanted.get(each) ?? 0) - 1);
          spare.set(each, (spare.get(each) ?? 0) - 1);
        }
      }
    for (const row of free) placed.add(row);
  }
  const side = (inValidation: boolean) => [...rows.keys()].filter((row) => validation.has(row) === inValidation);
  return { training: side(false), validation: side(true) };
}

function groupByLabel(labels: readonly (readonly string[])[], order: readonly number[]): Map<string, number[]> {
  const members = new Map<string, number[]>();
  for (const row of order)
    for (const label of labels[row]) {
      const rows = members.get(label);
      if (rows) rows.push(row);
      else members.set(label, [row]);
    }
  return members;
}

/** How many validation rows each label should have. Fractions are carried on, so that many small labels give some too. */
function wantedRows(members: readonly (readonly [string, readonly number[]])[], share: number): Map<string, number> {
  let owed = 0;
  return new Map(
    members.map(([label, { length }]) => {
      owed += length * share;
      const rows = Math.min(Math.round(owed), length - 1);
      owed -= rows;
      return [label, rows];
    }),
  );
}
