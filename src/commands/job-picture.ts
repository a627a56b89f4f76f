import type { Epoch, JobState, ProgressEvent } from '../client/client.js';
import { bar } from './terminal/bar.js';
import type { Colours } from './terminal/colours.js';
import { count, duration, percent } from './terminal/figures.js';
import { sparkline } from './terminal/sparkline.js';

/** What there is to show of a job that is followed. */
export interface Followed {
  readonly job: JobState;
  readonly epochs: readonly Epoch[];
  /** The last step, while there are any. */
  readonly step: Extract<ProgressEvent, { kind: 'STEP' }> | undefined;
}

/** Characters of the bar and of the curves: they stand under each other. */
const WIDTH = 24;
/** Characters of the figure behind each. */
const FIGURE = 7;

const phases: Readonly<Record<NonNullable<JobState['phase']>, string>> = {
  BOUNDARY: 'Preparing',
  EMBEDDING: 'Encoding',
  TRAINING: 'Training',
  EVALUATING: 'Measuring',
  SAVING: 'Saving',
};

const statuses: Readonly<Record<JobState['status'], string>> = {
  QUEUED: 'Waiting',
  RUNNING: 'Starting',
  SUCCEEDED: 'Done',
  FAILED: 'Failed',
  CANCELLED: 'Cancelled',
};

/** A followed job in a few lines: how far it is, and its curves. */
export function jobPicture({ job, epochs, step }: Followed, colours: Colours): readonly string[] {
  return [progressLine(job, step, epochs, colours), ...curves(epochs, colours)];
}

function progressLine(
  job: JobState,
  step: Followed['step'],
  epochs: readonly Epoch[],
  { cyan, green, red, dim }: Colours,
): string {
  const running = job.status === 'RUNNING' && job.phase !== null;
  const title = running && job.phase ? phases[job.phase] : statuses[job.status];
  const colour =
    job.status === 'SUCCEEDED' ? green : job.status === 'FAILED' || job.status === 'CANCELLED' ? red : cyan;
  const rate = job.examplesPerSecond;
  const facts = running
    ? [
        step && job.phase === 'TRAINING' ? `epoch ${Math.max(step.epoch, epochs.length)}` : undefined,
        rate ? `${count(rate)} rows/s` : undefined,
        job.etaSeconds === null ? undefined : `${duration(job.etaSeconds)} left`,
      ]
    : [epochs.length > 0 ? `${epochs.length} epochs` : undefined, took(job)];
  const share = `${Math.floor(100 * job.progress)} %`.padStart(FIGURE);
  return `${title.padEnd(9)} ${colour(bar(job.progress, WIDTH, dim('·')))} ${share}  ${dim(facts.filter(Boolean).join('  '))}`.trimEnd();
}

function took({ startedAt, finishedAt }: JobState): string | undefined {
  if (startedAt === null || finishedAt === null) return undefined;
  return duration((Date.parse(finishedAt) - Date.parse(startedAt)) / 1_000);
}

function curves(epochs: readonly Epoch[], { dim, cyan }: Colours): readonly string[] {
  const last = epochs.at(-1);
  if (last === undefined || last.epoch === 0) return [];
  const tasks = last.tasks.map(({ task }) => task);
  const width = Math.max(...['loss'.length, ...tasks.map((task) => task.length)], 9);
  const line = (name: string, numbers: readonly number[], now: string) =>
    `${dim(name.padEnd(width))} ${cyan(sparkline(numbers, WIDTH).padEnd(WIDTH))} ${now}`;
  const validation = last.validationLoss === null ? '' : dim(`  validation ${last.validationLoss.toFixed(4)}`);
  return [
    line(
      'loss',
      epochs.map(({ trainLoss }) => trainLoss),
      `${last.trainLoss.toFixed(4).padStart(FIGURE)}${validation}`,
    ),
    ...last.tasks.flatMap(({ task, macroF1 }, i) => {
      if (macroF1 === null) return [];
      const scores = epochs.flatMap((epoch) => epoch.tasks[i]?.macroF1 ?? []);
      return [line(task, scores, `${percent(macroF1).padStart(FIGURE)}  ${dim('macro F1')}`)];
    }),
  ];
}

/** An epoch as a line of a log. */
export const epochLine = ({ epoch, trainLoss, validationLoss, tasks }: Epoch): string =>
  [
    `epoch ${epoch}`,
    `loss ${trainLoss.toFixed(4)}`,
    validationLoss === null ? undefined : `validation ${validationLoss.toFixed(4)}`,
    ...tasks.flatMap(({ task, macroF1 }) => (macroF1 === null ? [] : [`${task} ${percent(macroF1)}`])),
  ]
    .filter(Boolean)
    .join('  ');
