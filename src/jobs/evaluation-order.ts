import type { DatasetTask, SplitName } from '../datasets/example.js';
import { badInput, listed, shown } from '../errors.js';
import type { Labelled } from '../heads/reshape.js';
import { checkEncoder } from '../registry/version.js';
import { checkKind } from '../training/plan.js';
import type { EvaluationOrder } from './job.js';
import type { OrderRooms } from './order.js';

/** An evaluation as a caller asks for it. */
export interface GivenEvaluation {
  readonly model: string;
  /** The one in production where undefined. */
  readonly version: number | undefined;
  readonly dataset: string;
  /** Only rows that say they belong there; all where undefined. */
  readonly split: SplitName | undefined;
}

/**
 * Checks an evaluation in full: every task that the version has a head for and the rows are labelled for is measured.
 * @throws ManyheadError BAD_USER_INPUT or NOT_FOUND naming the field, the value and what would be right
 */
export async function checkEvaluation(
  { model, version: given, dataset: name, split }: GivenEvaluation,
  { datasets, registry, encoders }: OrderRooms,
): Promise<EvaluationOrder> {
  const version = await registry.versionOrProduction(model, given);
  checkEncoder(version, encoders.pretrained.id, 'version');
  const dataset = await datasets.get(name, 'dataset');
  const measured = dataset.tasks.flatMap((rows) => {
    const head = version.tasks.find(({ task }) => task === rows.task);
    return head ? [{ rows, head }] : [];
  });
  const heads = version.tasks.map(({ task }) => task);
  if (measured.length === 0)
    throw badInput(
      'dataset',
      `dataset ${JSON.stringify(name)} is labelled for ${dataset.tasks.map(({ task }) => task).join(', ') || 'nothing'}: version ${version.number} of model ${JSON.stringify(model)} has heads for ${heads.join(', ')}.`,
    );
  if (split !== undefined && !dataset.splits.some((each) => each.split === split && each.rows > 0))
    throw badInput('split', `split is ${split}: no row of data set ${shown(name)} says that it belongs there.`);
  for (const { rows, head } of measured) checkKind('dataset', rows, head);
  if (!measured.some(({ rows, head }) => mayBeMeasured(rows, head)))
    throw badInput(
      'dataset',
      `dataset ${shown(name)} has no row that version ${version.number} of model ${shown(model)} can be measured on: ${measured.map(unknownTo).join('; ')}.`,
    );
  const tasks = measured.map(({ head }) => head.task);
  const order = { model, version: version.number, dataset: name, datasetDigest: dataset.digest, tasks };
  return { kind: 'EVALUATE', ...order, ...(split && { split }) };
}

/** A row is measured whose labels the head knows all. Rows of a MULTI_LABEL task may have none, which no count tells: their job looks. */
function mayBeMeasured({ kind, labels }: DatasetTask, head: Labelled): boolean {
  const known = new Set(head.labels);
  return kind === 'MULTI_LABEL' || labels.some(({ label }) => known.has(label));
}

const unknownTo = ({ rows, head }: { readonly rows: DatasetTask; readonly head: Labelled }): string =>
  `task ${shown(rows.task)} has the labels ${listed(rows.labels.map(({ label }) => shown(label)))} there, and the head knows ${listed(head.labels.map(shown))}`;
