import { type Example, labelsOf } from '../datasets/example.js';
import { hash } from '../datasets/fingerprints.js';
import { inTurns, turns } from '../turns.js';

export interface Split {
  /** Rows to learn from, in ascending order. */
  readonly training: readonly number[];
  /** Rows that choose the epoch, the temperature and the thresholds, in ascending order. */
  readonly validation: readonly number[];
  /** Rows that only measure, in ascending order. */
  readonly test: readonly number[];
}

/**
 * Which rows learn and which measure. Rows that say so themselves are taken at their word, and where any says VALIDATION nothing
 * is drawn. Else a share of the others validates: each text's place follows from itself and the seed, so that rows of one text
 * stay on one side, and a data set that grows keeps its validation rows, but for a few. In turns that leave others theirs.
 * @param tasks whose labels keep their shares on both sides
 * @param share of the rows that validates, 0 to below 1
 */
export async function drawSplit(
  examples: readonly Example[],
  tasks: readonly string[],
  share: number,
  seed: number,
): Promise<Split> {
  const places = [...examples.keys()];
  const given = (split: Example['split']) => places.filter((row) => examples[row].split === split);
  const [test, validation] = [given('TEST'), given('VALIDATION')];
  const others = places.filter((row) => examples[row].split !== 'TEST' && examples[row].split !== 'VALIDATION');
  if (validation.length > 0) return { training: others, validation, test };

  const groups = new Map<string, number[]>();
  await inTurns(others, (row) => {
    const group = groups.get(examples[row].text);
    if (group) group.push(row);
    else groups.set(examples[row].text, [row]);
  });
  const rows = [...groups.values()];
  const labels = await inTurns(rows, (group) => [
    ...new Set(
      group.flatMap((row) =>
        tasks.flatMap((task) => (labelsOf(examples[row], task) ?? []).map((label) => `${task} ${label}`)),
      ),
    ),
  ]);
  const drawn = await stratifiedSplit(labels, share, await byHash([...groups.keys()], seed));
  const side = (which: readonly number[]) => which.flatMap((group) => rows[group]).sort((a, b) => a - b);
  return { training: side(drawn.training), validation: side(drawn.validation), test };
}

/** The rows that a version's report is about: those of the test split, where there are any. */
export const measuredRows = ({ validation, test }: Split): readonly number[] => (test.length > 0 ? test : validation);

/** The places of texts in an order that is random, but the same for a text whatever the others are. */
async function byHash(texts: readonly string[], seed: number): Promise<readonly number[]> {
  const hashes = await inTurns(texts, (text) => hash(`${seed} ${text}`));
  // By their first bits, so that nobody waits until all are in order.
  const parts: number[][] = Array.from({ length: 256 }, () => []);
  for (const place of texts.keys()) parts[hashes[place][0] >>> 24].push(place);
  const inOrder = (a: number, b: number): number => hashes[a][0] - hashes[b][0] || hashes[a][1] - hashes[b][1];
  return (await inTurns(parts, (part) => part.sort(inOrder))).flat();
}

/**
 * Splits rows so that every label keeps its share on both sides, for any number of tasks at once: the rarest label is
 * served first, as in iterative stratification (Sechidis, Tsoumakas & Vlahavas 2011). No label loses its last training row.
 * @param rows the labels of each row, over all tasks: two rows share a label where they share a string
 * @param share of the rows that goes to validation, 0 to below 1
 * @param order in which the rows are taken for validation
 */
export async function stratifiedSplit(
  rows: readonly (readonly string[])[],
  share: number,
  order: readonly number[],
): Promise<Omit<Split, 'test'>> {
  const labels = rows.map((given) => (given.length > 0 ? given : ['']));
  const members = groupByLabel(labels, order);
  const rarestFirst = [...members].sort(([a, x], [b, y]) => x.length - y.length || (a < b ? -1 : 1));

  const wanted = wantedRows(rarestFirst, share);
  const spare = new Map(rarestFirst.map(([label, { length }]) => [label, length - 1]));
  const placed = new Set<number>();
  const validation = new Set<number>();
  const all = (row: number, counts: ReadonlyMap<string, number>) =>
    labels[row].every((label) => (counts.get(label) ?? 0) > 0);

  const turn = turns();
  for (const [label, candidates] of rarestFirst) {
    await turn();
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
