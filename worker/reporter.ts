import type { EpochEntry, Job, JobPhase, JobProgress, Order, StepProgress, TrainingOrder } from '../src/jobs/job.js';
import type { JobRecords } from '../src/jobs/records.js';
import type { Log } from '../src/log.js';
import type { Epoch, Step } from '../src/training/fit.js';
import { headDefaults } from '../src/training/hyperparameters.js';
import { courseOf, type PhaseWeights, type Place } from './course.js';

/** The phases of each kind of job; a training that takes as many epochs as when nobody says how many. */
const phaseWeights: Readonly<Record<Work, PhaseWeights>> = {
  FULL: { EMBEDDING: 0.7, TRAINING: 0.27, EVALUATING: 0.02, SAVING: 0.01 },
  PARTIAL: { BOUNDARY: 0.12, TRAINING: 0.84, EVALUATING: 0.03, SAVING: 0.01 },
  NONE: { TRAINING: 0.96, EVALUATING: 0.03, SAVING: 0.01 },
  FIT_PROJECTION: { EMBEDDING: 0.9, TRAINING: 0.09, SAVING: 0.01 },
  EVALUATE: { EMBEDDING: 0.9, EVALUATING: 0.09, SAVING: 0.01 },
};

type Work = TrainingOrder['freeze']['backbone'] | 'EVALUATE' | 'FIT_PROJECTION';

function weightsOf(order: Order): PhaseWeights {
  if (order.kind !== 'TRAIN') return phaseWeights[order.kind];
  const weights = phaseWeights[order.freeze.backbone];
  // Where the encoder learns, that is nearly all there is, however many epochs there are.
  if (order.freeze.backbone !== 'FULL') return weights;
  return { ...weights, TRAINING: (0.27 * order.hyperparameters.epochs) / headDefaults.epochs };
}

/** Rates are taken over at least this long, and the log told as often, in milliseconds. */
const RATE_OVER = 2_000;
const LOG_EVERY = 10_000;

export interface JobReporter {
  /** A phase of the job begins, and the one before has ended. */
  begin(phase: JobPhase): void;
  /** So many of the rows have been encoded. */
  encoded(done: number, rows: number): void;
  step(step: Step): void;
  /** Adds an epoch to the job's history, on disk before it is told. */
  epoch(epoch: Epoch): Promise<void>;
  /** Keeps the epochs before one of the job's history, where a worker that died told them: the job goes on from there. */
  resume(epoch: number): Promise<void>;
  /** Seconds each phase took so far. */
  seconds(): Readonly<Partial<Record<JobPhase, number>>>;
}

/**
 * Tells how a job goes: to those who listen now through `send`, to the log, and for later in the job's history.
 * @param send may drop what comes too fast, but never the last
 */
export function jobReporter(
  job: Job,
  records: JobRecords,
  log: Log,
  send: (progress: JobProgress) => void,
): JobReporter {
  const course = courseOf(weightsOf(job.order), () => performance.now());
  const seconds: Partial<Record<JobPhase, number>> = {};
  let history: readonly EpochEntry[] = [];
  let phase: JobPhase = 'TRAINING';
  let begun: number | undefined;
  let rate = rateOf();
  let newest: JobProgress | undefined;
  let loggedAt = performance.now();

  const tell = (place: Place, step?: StepProgress): void => {
    const now = performance.now();
    newest = {
      phase,
      ...place,
      examplesPerSecond: rate.perSecond(),
      at: new Date().toISOString(),
      step,
    };
    send(newest);
    if (now - loggedAt < LOG_EVERY) return;
    loggedAt = now;
    log.info('job runs', { ...particulars(), step: step?.step, totalSteps: step?.totalSteps });
  };

  const endPhase = (): void => {
    const now = performance.now();
    if (begun !== undefined) seconds[phase] = Math.round((seconds[phase] ?? 0) * 1000 + now - begun) / 1000;
    begun = now;
  };

  const particulars = () => ({
    job: job.id,
    phase: phase.toLowerCase(),
    examplesPerSecond: rounded(newest?.examplesPerSecond),
    etaSeconds: rounded(newest?.etaSeconds),
  });

  return {
    begin(name) {
      if (name === phase && begun !== undefined) return;
      endPhase();
      phase = name;
      rate = rateOf();
      tell(course.begin(name));
      log.info('phase began', { job: job.id, phase: name.toLowerCase() });
    },
    encoded(done, rows) {
      rate.count(done);
      tell(course.at(done / rows));
    },
    step({ rows, ...step }) {
      rate.add(rows);
      tell(course.at(step.step / step.totalSteps), step);
    },
    async epoch(epoch) {
      endPhase();
      const entry: EpochEntry = {
        ...epoch,
        at: new Date().toISOString(),
        etaSeconds: newest?.etaSeconds,
        seconds: { ...seconds },
      };
      history = [...history, entry];
      await records.putHistory(job, history);
      const { trainLoss, validationLoss } = epoch;
      log.info('epoch ended', { ...particulars(), epoch: epoch.epoch, trainLoss, validationLoss });
    },
    async resume(epoch) {
      history = (await records.history(job)).filter((entry) => entry.epoch < epoch);
      log.info('job goes on from its checkpoint', { job: job.id, epoch });
    },
    seconds() {
      endPhase();
      return { ...seconds };
    },
  };
}

/** Rows a second, over the last moments. */
function rateOf() {
  let counted = 0;
  let from = { at: performance.now(), rows: 0 };
  let last: number | undefined;
  return {
    add(rows: number): void {
      this.count(counted + rows);
    },
    count(rows: number): void {
      counted = rows;
      const elapsed = performance.now() - from.at;
      if (elapsed < RATE_OVER) return;
      last = (1000 * (counted - from.rows)) / elapsed;
      from = { at: performance.now(), rows: counted };
    },
    perSecond: (): number | undefined => last,
  };
}

const rounded = (value: number | undefined): number | undefined =>
  value === undefined ? undefined : Math.round(10 * value) / 10;
