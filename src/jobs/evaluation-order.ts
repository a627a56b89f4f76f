import { badInput } from '../errors.js';
import { checkEncoder } from '../registry/version.js';
import type { EvaluationOrder } from './job.js';
import type { OrderRooms } from './order.js';

/** An evaluation as a caller asks for it. */
export interface GivenEvaluation {
  readonly model: string;
  /** The one in production where undefined. */
  readonly version: number | undefined;
  readonly dataset: string;
}

/**
 * Checks an evaluation in full: every task that the version has a head for and the rows are labelled for is measured.
 * @throws ManyheadError BAD_USER_INPUT or NOT_FOUND naming the field, the value and what would be right
 */
export async function checkEvaluation(
  { model, version: given, dataset: name }: GivenEvaluation,
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
  return { kind: 'EVALUATE', model, version: version.number, dataset: name, datasetDigest: dataset.digest, tasks };
}
