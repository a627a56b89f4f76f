import { useSubscription } from 'urql';
import { Link } from 'wouter';
import { graphql } from '../../graphql/graphql';
import { hasEnded, JobStatus } from '../../jobs/job-status';
import { frozenWords, kinds, meanScore, shortId } from '../../jobs/words';
import { percent } from '../../parts/numbers';
import { ProgressBar } from '../../parts/progress-bar';
import { Table } from '../../parts/table';
import { duration, Moment } from '../../parts/times';
import type { Run } from './runs';
import styles from './runs.module.css';

interface RunsTableProps {
  readonly runs: readonly Run[];
  readonly laid: readonly string[];
  lay(id: string, isLaid: boolean): void;
  /** A run that is shown as going on has ended. */
  ended(): void;
}

/** A row a run; those that are ticked are laid over each other. */
export function RunsTable({ runs, laid, lay, ended }: RunsTableProps) {
  return (
    <Table<Run>
      caption="Runs, newest first"
      rows={runs}
      keyOf={({ id }) => id}
      columns={[
        {
          title: 'Run',
          cell: ({ id, kind, model }) => (
            <span className={styles.name}>
              <input
                type="checkbox"
                aria-label={`Lay the curves of run ${shortId(id)} over others`}
                disabled={kind !== 'TRAIN'}
                checked={laid.includes(id)}
                onChange={({ target }) => lay(id, target.checked)}
              />
              <Link href={`/runs/${id}`} aria-label={`Run ${shortId(id)} of ${model}`}>
                <code>{shortId(id)}</code>
              </Link>
            </span>
          ),
        },
        { title: 'Model', cell: ({ model }) => model },
        { title: 'Status', cell: (run) => <Standing run={run} ended={ended} /> },
        { title: 'Kind', cell: ({ kind }) => kinds[kind] },
        { title: 'Frozen', cell: ({ freeze }) => (freeze ? frozenWords(freeze) : '–') },
        { title: 'Macro F1', kind: 'number', cell: ({ metrics }) => shownScore(meanScore(metrics)) },
        {
          title: 'Version',
          kind: 'number',
          cell: ({ model, version, promotion }) =>
            version ? (
              <>
                <Link href={`/models/${model}/versions/${version.number}`}>{version.number}</Link>
                {promotion?.promoted && <span className="quiet"> promoted</span>}
              </>
            ) : (
              '–'
            ),
        },
        { title: 'Data set', cell: ({ dataset }) => dataset ?? '–' },
        { title: 'Asked for', cell: ({ createdAt }) => <Moment at={createdAt} /> },
        { title: 'By', cell: ({ by }) => by },
        { title: 'Took', kind: 'number', cell: shownDuration },
      ]}
    />
  );
}

const shownScore = (score: number | undefined): string => (score === undefined ? '–' : percent(score));

const shownDuration = ({ startedAt, finishedAt }: Run): string =>
  startedAt && finishedAt ? duration((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000) : '–';

function Standing({ run: { id, status, attempt }, ended }: { readonly run: Run; ended(): void }) {
  return (
    <span className={styles.standing}>
      <JobStatus status={status} />
      {attempt > 1 && <span className="quiet">attempt {attempt}</span>}
      {!hasEnded(status) && <LiveProgress id={id} ended={ended} />}
    </span>
  );
}

const PROGRESS = graphql(`
  subscription RunsProgress($id: ID!) {
    trainingProgress(id: $id) { job { id status progress } }
  }
`);

/** How far a run is, as it is told. */
function LiveProgress({ id, ended }: { readonly id: string; ended(): void }) {
  const [{ data }] = useSubscription({ query: PROGRESS, variables: { id } }, (_, told) => {
    if (hasEnded(told.trainingProgress.job.status)) ended();
    return told;
  });
  return <ProgressBar label={`Progress of run ${shortId(id)}`} share={data?.trainingProgress.job.progress ?? 0} />;
}
