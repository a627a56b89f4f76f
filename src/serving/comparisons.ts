import { countTasks } from '../datasets/count.js';
import { type DatasetTask, labelsOf, type SplitName } from '../datasets/example.js';
import type { Datasets } from '../datasets/store.js';
import { badInput, ManyheadError, shown } from '../errors.js';
import { logits } from '../heads/forward.js';
import type { Head } from '../heads/head.js';
import { renamedHeads, renamedRows } from '../heads/renamed.js';
import { textsLearnedFrom } from '../registry/learned-rows.js';
import { parting } from '../registry/parting.js';
import type { Registry } from '../registry/registry.js';
import type { ModelVersion } from '../registry/version.js';
import { type Answer, answersFrom, labelledRows, paired } from '../training/answers.js';
import { pairedDifferences, type TaskDifference } from '../training/compare.js';
import { checkKind } from '../training/plan.js';
import { type EmbeddedRows, vectorOf } from '../training/rows.js';
import { oneAfterAnother, turns } from '../turns.js';
import type { Asker, DatasetVectors } from './dataset-vectors.js';

/** A row that two versions answer differently. */
export interface Disagreement {
  /** Its place in the data set, from 0. */
  readonly row: number;
  readonly text: string;
  /** What the row says. */
  readonly labels: readonly string[];
  readonly a: readonly string[];
  readonly b: readonly string[];
}

/** How two versions do at one task, on the same rows. */
export interface TaskComparison extends TaskDifference {
  readonly disagreements: readonly Disagreement[];
}

export interface VersionComparison {
  readonly rows: number;
  /** Rows that were left out, as one of the two learned from them. */
  readonly learnedRows: number;
  readonly tasks: readonly TaskComparison[];
}

/** Which rows of a data set two versions are compared on. */
export interface ComparedRows {
  readonly dataset: string;
  /** Only rows that say they belong there; all where undefined. */
  readonly split: SplitName | undefined;
  /** Whether rows count that one of the two learned from. */
  readonly learnedRows: boolean;
}

export interface Comparisons {
  /**
   * How two versions of a model do on the same rows, at every task that both have a head for and the rows have labels of. Tasks and
   * labels have the names that the later version gives them.
   * @throws ManyheadError where there is no such task or row, or a data set is too large without stored vectors; what counting and encoding throw
   */
  compare(a: ModelVersion, b: ModelVersion, on: ComparedRows, asker: Asker): Promise<VersionComparison>;
}

/** Rows that heads answer between two looks at the time. */
const ROWS_AT_ONCE = 64;

/** The resamples of an interval are drawn with it, so that the same question gets the same answer. */
const SEED = 42;

export function comparisonsOn(datasets: Datasets, vectors: DatasetVectors, registry: Registry): Comparisons {
  // What lines of versions learned from may be many data sets: only one comparison at a time has theirs in memory.
  const alone = oneAfterAnother();
  return {
    async compare(a, b, { dataset: name, split, learnedRows }, asker) {
      const { digest } = await datasets.get(name, 'dataset');
      const examples = await datasets.rows(digest);
      asker.countRows(examples.length);
      const asked = [...examples.keys()].filter((row) => split === undefined || examples[row].split === split);
      if (asked.length === 0)
        throw badInput('split', `split is ${split}: no row of data set ${shown(name)} says that it belongs there.`);
      const learned = learnedRows
        ? new Set<string>()
        : await alone(() => textsLearnedFrom([a, b], registry, datasets, asker.countRows));
      const rows = asked.filter((row) => !learned.has(examples[row].text));
      if (rows.length === 0)
        throw new ManyheadError(
          'CONFLICT',
          `versions ${a.number} and ${b.number} learned from all ${asked.length} rows: compare them on others, or with learnedRows true.`,
          'dataset',
        );
      const [older, newer] = a.number < b.number ? [a, b] : [b, a];
      const { undone, done } = await parting(older, newer, registry);
      const renames = [...undone, ...done];
      const headsOf = async (version: ModelVersion) =>
        renamedHeads(await registry.heads(version), version === newer ? [] : renames);
      const [headsOfA, headsOfB] = [await headsOf(a), await headsOf(b)];
      const read = await renamedRows(examples, newer.tasks, renames);
      checkKinds(countTasks(read), [...headsOfA, ...headsOfB]);
      const embeddedOf = async (version: ModelVersion): Promise<EmbeddedRows> => ({
        examples: read,
        vectors: await vectors.of(digest, examples, version, asker),
        dimensions: version.encoder.dimensions,
      });
      const rowsOfA = await embeddedOf(a);
      const rowsOfB = a.encoder.id === b.encoder.id ? rowsOfA : await embeddedOf(b);
      const tasks: TaskComparison[] = [];
      for (const head of headsOfA) {
        const other = headsOfB.find(({ task }) => task === head.task);
        const which = labelledRows(read, head.task, rows);
        if (other === undefined || which.length === 0) continue;
        tasks.push(await compareTask(head, rowsOfA, other, rowsOfB, which));
      }
      if (tasks.length === 0)
        throw badInput(
          'dataset',
          `dataset ${shown(name)} has no labels of a task that versions ${a.number} and ${b.number} both have a head for.`,
        );
      return { rows: rows.length, learnedRows: asked.length - rows.length, tasks };
    },
  };
}

function checkKinds(tasks: readonly DatasetTask[], heads: readonly Head[]): void {
  for (const head of heads) {
    const rows = tasks.find(({ task }) => task === head.task);
    if (rows) checkKind('dataset', rows, head);
  }
}

async function compareTask(
  a: Head,
  rowsOfA: EmbeddedRows,
  b: Head,
  rowsOfB: EmbeddedRows,
  which: readonly number[],
): Promise<TaskComparison> {
  const { task } = a;
  const { examples } = rowsOfA;
  const [saidByA, saidByB] = [await answers(a, rowsOfA, which), await answers(b, rowsOfB, which)];
  const truth = which.map((row) => labelsOf(examples[row], task) ?? []);
  const names = (head: Head, { given }: Answer) => given.map((place) => head.labels[place]).sort();
  const disagreements: Disagreement[] = [];
  const turn = turns();
  for (const [i, row] of which.entries()) {
    await turn();
    const said = { a: names(a, saidByA[i]), b: names(b, saidByB[i]) };
    if (JSON.stringify(said.a) !== JSON.stringify(said.b))
      disagreements.push({ row, text: examples[row].text, labels: truth[i], ...said });
  }
  return {
    task,
    ...(await pairedDifferences(paired([a, saidByA], [b, saidByB], truth), SEED)),
    disagreements,
  };
}

/** What a head says, in turns that leave others theirs. */
async function answers(head: Head, rows: EmbeddedRows, which: readonly number[]): Promise<Answer[]> {
  const all: Answer[] = [];
  const turn = turns();
  for (let from = 0; from < which.length; from += ROWS_AT_ONCE) {
    const some = which.slice(from, from + ROWS_AT_ONCE);
    const itsLogits = some.map((row) => logits(head, vectorOf(rows, row)));
    all.push(...answersFrom(head, rows, some, itsLogits));
    await turn();
  }
  return all;
}
