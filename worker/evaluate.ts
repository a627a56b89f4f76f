import type { EvaluationOrder, JobResult } from '../src/jobs/job.js';
import { checkEncoder } from '../src/registry/version.js';
import { measure } from '../src/training/evaluate.js';
import { embedDataset } from './embed.js';
import { evaluationWarnings } from './evaluation-warnings.js';
import type { Rooms } from './learned.js';
import type { JobReporter } from './reporter.js';

/** An evaluation job: rows of a data set, as a version labels it. */
export async function evaluate(
  order: EvaluationOrder,
  rooms: Rooms,
  reporter: JobReporter,
  beginSaving: () => Promise<void>,
  signal: AbortSignal,
): Promise<JobResult> {
  const { datasets, encoders, registry } = rooms;
  const version = await registry.version(order.model, order.version);
  checkEncoder(version, encoders.pretrained.id, 'version');
  const examples = await datasets.rows(order.datasetDigest);
  const heads = (await registry.heads(version)).filter(({ task }) => order.tasks.includes(task));
  const which = [...examples.keys()].filter((row) => order.split === undefined || examples[row].split === order.split);
  const warnings = await evaluationWarnings(order, version, heads, examples, which, rooms);
  reporter.begin('EMBEDDING');
  const rows = await encoders.use(version.encoder, (open) =>
    embedDataset(order.datasetDigest, examples, open, rooms, signal, reporter.encoded),
  );
  reporter.begin('EVALUATING');
  const reports = heads.flatMap((head) => measure(head, rows, which) ?? []);
  reporter.begin('SAVING');
  await beginSaving();
  return { kind: 'REPORTS', reports, warnings };
}
