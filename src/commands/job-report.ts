import type { Job } from '../client/client.js';
import { coloursOf } from './terminal/colours.js';
import { count, percent, size } from './terminal/figures.js';
import { print, printJson, say } from './terminal/output.js';
import { table } from './terminal/table.js';

type Report = Job['metrics'][number];

const columns = [
  { title: 'task', cell: ({ task }: Report) => task },
  { title: 'accuracy', cell: ({ accuracy }: Report) => percent(accuracy), align: 'right' },
  { title: 'macro F1', cell: ({ macroF1 }: Report) => percent(macroF1), align: 'right' },
  {
    title: 'calibration error',
    cell: ({ expectedCalibrationError: error }: Report) => error?.toFixed(3) ?? '-',
    align: 'right',
  },
  { title: 'rows', cell: ({ support }: Report) => count(support), align: 'right' },
] as const;

type LabelRow = Report['perLabel'][number] & Pick<Report, 'task'>;

const labelColumns = [
  { title: 'task', cell: ({ task }: LabelRow) => task },
  { title: 'label', cell: ({ label }: LabelRow) => label },
  { title: 'precision', cell: ({ precision }: LabelRow) => percent(precision), align: 'right' },
  { title: 'recall', cell: ({ recall }: LabelRow) => percent(recall), align: 'right' },
  { title: 'F1', cell: ({ f1 }: LabelRow) => percent(f1), align: 'right' },
  { title: 'rows', cell: ({ support }: LabelRow) => count(support), align: 'right' },
] as const;

/** What a job came to: a table a task, and its version. */
export async function printJob(
  job: Job,
  options: { readonly json?: boolean; readonly labels?: boolean },
): Promise<void> {
  if (options.json) return printJson(job);
  const { bold, dim, green, yellow } = coloursOf(process.stdout);
  for (const warning of job.warnings) say(`${coloursOf(process.stderr).yellow('warning:')} ${warning}`);
  const { version, promotion, metrics, model } = job;
  if (version) {
    const decision = promotion?.promoted ? green('now production') : yellow('not promoted');
    await print(
      `\n${bold(`${model} version ${version.number}`)}  ${decision}${dim(promotion ? `: ${promotion.reason}` : '')}`,
    );
    await print(
      dim(
        `${size(version.sizeBytes)}, ${count(job.trainableParameters ?? 0)} numbers learned, ${count(job.frozenParameters ?? 0)} fixed`,
      ),
    );
  }
  const kept = keptWords(job);
  if (kept) await print(dim(kept));
  if (metrics.length > 0) await print(`\n${table(columns, metrics, dim)}`);
  if (options.labels) {
    const rows = metrics.flatMap(({ task, perLabel }) => perLabel.map((each) => ({ ...each, task })));
    await print(`\n${table(labelColumns, rows, dim)}`);
  }
}

/** Which epoch the numbers below are of: the curves end with another one. */
function keptWords({ keptEpochs }: Job): string | undefined {
  const epochs = [...new Set(keptEpochs.map(({ epoch }) => epoch))];
  if (epochs.length === 0) return undefined;
  if (epochs.length === 1) return `kept epoch ${epochs[0]}, the best by validation loss`;
  return `kept the best epochs by validation loss: ${keptEpochs.map(({ task, epoch }) => `${task} ${epoch}`).join(', ')}`;
}
