import type { EpochEntry, JobPhase, JobProgress, StepProgress, TrainingJob } from '../src/jobs/job.js';
import type { JobRecords } from '../src/jobs/records.js';
import type { Epoch } from '../src/training/fit.js';

/** Where each phase begins on the way from 0 to 1. Encoding the rows takes most of the time. */
const phaseStarts: Readonly<Record<JobPhase, number>> = { EMBEDDING: 0, TRAINING: 0.7, EVALUATING: 0.97, SAVING: 0.99 };
const phaseEnds: Readonly<Record<JobPhase, number>> = { EMBEDDING: 0.7, TRAINING: 0.97, EVALUATING: 0.99, SAVING: 1 };

export interface JobReporter {
  /** Runs a phase of the job; says that it began, and remembers how long it took. */
  phase<T>(phase: JobPhase, work: () => Promise<T>): Promise<T>;
  embedded(done: number, rows: number): void;
  step(step: StepProgress): void;
  /** Adds an epoch to the job's history, on disk before it is told. */
  epoch(epoch: Epoch): Promise<void>;
  /** Seconds each phase took so far. */
  seconds(): Readonly<Record<string, number>>;
}

/**
 * Tells how a job goes: to those who listen now through `send`, and for later in the job's history.
 * @param send may drop what comes too fast, but never the last
 */
export function jobReporter(job: TrainingJob, records: JobRecords, send: (progress: JobProgress) => void): JobReporter {
  const started = performance.now();
  const seconds: Record<string, number> = {};
  const history: EpochEntry[] = [];
  let phase: JobPhase = 'EMBEDDING';

  const tell = (share: number, step?: StepProgress): void => {
    const progress = phaseStarts[phase] + share * (phaseEnds[phase] - phaseStarts[phase]);
    const elapsed = (performance.now() - started) / 1000;
    send({
      phase,
      progress,
      etaSeconds: progress > 0.02 ? (elapsed * (1 - progress)) / progress : undefined,
      at: new Date().toISOString(),
      step,
    });
  };

  return {
    async phase(name, work) {
      phase = name;
      tell(0);
      const begun = performance.now();
      try {
        return await work();
      } finally {
        seconds[name.toLowerCase()] = Math.round(performance.now() - begun) / 1000;
      }
    },
    embedded: (done, rows) => tell(done / rows),
    step: (step) => tell(step.step / step.totalSteps, step),
    async epoch(epoch) {
      history.push({ ...epoch, at: new Date().toISOString() });
      await records.putHistory(job, history);
    },
    seconds: () => ({ ...seconds }),
  };
}
