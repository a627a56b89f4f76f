import type { SplitName } from '../datasets/example.js';
import { badInput, shown } from '../errors.js';
import { checkEncoder } from '../registry/version.js';
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
  const heads = version.tasks.map(({ task }) => task);
  const tasks = dataset.tasks.map(({ task }) => task).filter((task) => heads.includes(task));
  if (tasks.length === 0)
    throw badInput(
      'dataset',
      `dataset ${JSON.stringify(name)} is labelled for ${dataset.tasks.map(({ task }) => task).join(', ') || 'nothing'}: version ${version.number} of model ${JSON.stringify(model)} has heads for ${heads.join(', ')}.`,
    );
  if (split !== undefined && !dataset.splits.some((each) => each.split === split && each.rows > 0))
    throw badInput('split', `split is ${split}: no row of data set ${shown(name)} says that it belongs there.`);
  const order = { model, version: version.number, dataset: name, datasetDigest: dataset.digest, tasks };
  return { kind: 'EVALUATE', ...order, ...(split && { split }) };
}
