import { badInput } from '../errors.js';
import { checkName } from '../names.js';
import { sampleSentences } from '../projections/projections.js';
import { DEFAULT_MODEL } from '../registry/registry.js';
import { checkEncoder } from '../registry/version.js';
import type { ProjectionOrder } from './job.js';
import type { OrderRooms } from './order.js';

/** The fitting of a projection as a caller asks for it. */
export interface GivenProjection {
  readonly model: string;
  /** Whose encoder; the one in production where undefined, or the pretrained one where the default model has no version yet. */
  readonly version: number | undefined;
  /** The sentences that come with Manyhead where undefined. */
  readonly dataset: string | undefined;
}

/** @throws ManyheadError BAD_USER_INPUT or NOT_FOUND naming the field, the value and what would be right */
export async function checkProjection(
  { model, version: number, dataset: name }: GivenProjection,
  { datasets, registry, encoders }: OrderRooms,
): Promise<ProjectionOrder> {
  checkName('model', model);
  const embedsOnly = model === DEFAULT_MODEL && number === undefined && (await registry.versions(model)).length === 0;
  const version = embedsOnly ? undefined : await registry.versionOrProduction(model, number);
  if (version) checkEncoder(version, encoders.pretrained.id, 'version');
  const { architecture } = await encoders.describe(version?.encoder);
  const order = { kind: 'FIT_PROJECTION', model, encoder: version?.encoder } as const;
  if (name === undefined) {
    const sentences = (await sampleSentences()).map((text) => ({ text, labels: {} }));
    return { ...order, dataset: undefined, datasetDigest: await datasets.putRows(sentences) };
  }
  const dataset = await datasets.get(name, 'dataset');
  if (dataset.rows < architecture.hidden)
    throw badInput(
      'dataset',
      `dataset ${JSON.stringify(name)} has ${dataset.rows} rows: the vectors have ${architecture.hidden} dimensions, so give at least as many.`,
    );
  return { ...order, dataset: name, datasetDigest: dataset.digest };
}
