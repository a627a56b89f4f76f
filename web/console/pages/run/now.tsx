import type { RunEvent } from '../../jobs/follow';
import type { Status } from '../../jobs/job-status';
import { phases } from '../../jobs/words';
import { count, loss, percent } from '../../parts/numbers';
import { Facts, Panel } from '../../parts/panel';
import { ProgressBar } from '../../parts/progress-bar';
import { duration } from '../../parts/times';
import type { Run } from './run';
import styles from './run.module.css';

interface NowProps {
  readonly run: Run;
  readonly status: Status;
  /** What was told last, if anything was. */
  readonly event: RunEvent | undefined;
}

/** How far a run is, what it is busy with, and how long it may still take. */
export function Now({ run, status, event }: NowProps) {
  if (status === 'QUEUED')
    return (
      <Panel label="Now">
        <p>It waits for a worker. A worker process takes one job after the other, oldest first.</p>
      </Panel>
    );
  const job = event?.job ?? run;
  const eta = event ? event.etaSeconds : run.etaSeconds;
  const step = event?.kind === 'STEP' ? event : undefined;
  return (
    <Panel label="Now">
      <div className={styles.progress}>
        <ProgressBar label="Progress" share={job.progress} />
        <span>{percent(job.progress)}</span>
      </div>
      <Facts
        facts={[
          ['Phase', job.phase ? phases[job.phase] : 'Starting'],
          ['Still takes', eta === null || eta === undefined ? '–' : `about ${duration(eta)}`],
          ['Rows a second', job.examplesPerSecond === null ? '–' : count(job.examplesPerSecond)],
          ['Epoch', step?.epoch ?? '–'],
          ['Step', step?.step && step.totalSteps ? `${count(step.step)} of ${count(step.totalSteps)}` : '–'],
          ['Loss of the batch', step?.loss == null ? '–' : loss(step.loss)],
        ]}
      />
    </Panel>
  );
}
