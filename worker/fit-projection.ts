import type { Example } from '../src/datasets/example.js';
import { principalComponents } from '../src/encoder/pca.js';
import { badInput, shown } from '../src/errors.js';
import type { JobResult, ProjectionOrder } from '../src/jobs/job.js';
import { embed, embedDataset } from './embed.js';
import type { Rooms } from './learned.js';
import type { JobReporter } from './reporter.js';

/** Directions are known well enough from so many rows. */
const MOST_ROWS = 50_000;

/**
 * A fitting job: the directions in which the vectors of some rows differ most.
 * @throws ManyheadError BAD_USER_INPUT where there are fewer texts than directions, as some would be those of rounding errors
 */
export async function fitProjection(
  { encoder: reference, dataset, datasetDigest }: ProjectionOrder,
  rooms: Rooms,
  reporter: JobReporter,
  beginSaving: () => Promise<void>,
  signal: AbortSignal,
): Promise<JobResult> {
  const examples: Example[] = [];
  for await (const example of rooms.datasets.stream(datasetDigest)) {
    examples.push(example);
    if (examples.length === MOST_ROWS) break;
  }
  const { hidden } = (await rooms.encoders.describe(reference)).architecture;
  const texts = new Set(examples.map(({ text }) => text)).size;
  if (texts < hidden)
    throw badInput(
      'dataset',
      `dataset ${shown(dataset)} has ${texts} different texts in its first ${examples.length} rows: the vectors have ${hidden} dimensions, so give at least as many.`,
    );
  reporter.begin('EMBEDDING');
  const { rows, id } = await rooms.encoders.use(reference, async (encoder) => ({
    rows:
      examples.length < MOST_ROWS
        ? await embedDataset(datasetDigest, examples, encoder, rooms, signal, reporter.encoded)
        : await embed(examples, [...examples.keys()], encoder, signal, reporter.encoded),
    id: encoder.id,
  }));
  reporter.begin('TRAINING');
  const components = await principalComponents(rows.vectors, rows.dimensions);
  signal.throwIfAborted();
  reporter.begin('SAVING');
  await beginSaving();
  const createdAt = new Date().toISOString();
  const number = await rooms.projections.publish({ ...components, encoder: id, rows: examples.length, createdAt });
  return { kind: 'PROJECTION', projection: number, reports: [] };
}
