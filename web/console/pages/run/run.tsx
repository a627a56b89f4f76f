import { useState } from 'react';
import { useQuery } from 'urql';
import { Link, useParams } from 'wouter';
import { useConnection } from '../../graphql/connection';
import { graphql, type ResultOf } from '../../graphql/graphql';
import { problemOf } from '../../graphql/problem';
import { useRefresh } from '../../graphql/refresh';
import { type RunEvent, useFollowed } from '../../jobs/follow';
import { hyperparameterFields } from '../../jobs/hyperparameters';
import { hasEnded, JobStatus } from '../../jobs/job-status';
import { frozenWords, kinds, shortId } from '../../jobs/words';
import { ButtonLink } from '../../parts/button';
import { count, counted } from '../../parts/numbers';
import { Page, Section } from '../../parts/page';
import { Facts, Panel } from '../../parts/panel';
import { Answer, Empty, Notice } from '../../parts/states';
import { Moment } from '../../parts/times';
import { Actions } from './actions';
import { Curves } from './curves';
import { EventLog } from './event-log';
import { useHeard } from './heard';
import { Now } from './now';
import { Outcome } from './outcome';
import styles from './run.module.css';
import { Settings } from './settings';

const RUN = graphql(
  `
  query Run($id: ID!) {
    trainingJob(id: $id) {
      id
      kind
      model
      status
      attempt
      workersLost
      createdAt
      startedAt
      finishedAt
      by
      dataset
      tasks
      baseVersion
      freeze { backbone frozenLayers heads }
      hyperparameters { ...HyperparameterFields }
      trainableParameters
      frozenParameters
      warnings
      error { code message }
      phase
      progress
      etaSeconds
      examplesPerSecond
      projectionVersion
      promotion { promoted reason comparedWith differences { task macroF1 { value low high a b } rows } }
      metrics { task accuracy macroF1 support }
      keptEpochs { task epoch }
      version { number }
    }
  }
`,
  [hyperparameterFields],
);

export type Run = NonNullable<ResultOf<typeof RUN>['trainingJob']>;

/** One run, as it goes on: how far it is, its curves, what happened, and what came of it. */
export default function RunPage() {
  const { id = '' } = useParams();
  const [run, again] = useQuery({ query: RUN, variables: { id } });
  const refresh = useRefresh(run, again);
  const job = run.data?.trainingJob;
  return job ? (
    <Followed key={`${job.id} ${job.attempt}`} run={job} problem={run.error && problemOf(run.error)} again={refresh} />
  ) : (
    <Page title="Run" above={[{ title: 'Runs', href: '/runs' }]}>
      <Answer of={run} what="the run" again={again}>
        {() => <Empty action={<ButtonLink href="/runs">See all runs</ButtonLink>}>There is no run “{id}”.</Empty>}
      </Answer>
    </Page>
  );
}

interface FollowedProps {
  readonly run: Run;
  /** Why it could not be asked for again. */
  readonly problem: string | undefined;
  again(): void;
}

function Followed({ run, problem, again }: FollowedProps) {
  const { id, kind, model, attempt } = run;
  const connection = useConnection();
  const [newest, setNewest] = useState<RunEvent>();
  const { lines, hear } = useHeard();
  const told = newest?.job.attempt === attempt ? newest.job : undefined;
  // A query that is asked once it has ended says what came of it; until then what is told is newer.
  const status = hasEnded(run.status) ? run.status : (told?.status ?? run.status);
  const workersLost = Math.max(run.workersLost, told?.workersLost ?? 0);
  const history = useFollowed(id, !hasEnded(run.status), (event) => {
    setNewest(event);
    hear(event);
    if (hasEnded(event.job.status) || event.job.status !== status) again();
  });
  const epochs = history?.attempt === attempt ? history.history : [];
  return (
    <Page
      title={`Run ${shortId(id)}`}
      above={[{ title: 'Runs', href: '/runs' }]}
      intro={
        <span className={styles.intro}>
          <span role="status">
            <JobStatus status={status} />
          </span>
          <span>
            {kinds[kind]} of <Link href={`/models/${model}`}>{model}</Link>
            {attempt > 1 && `, attempt ${attempt}`}
            {workersLost > 0 && `, ${counted(workersLost, 'worker')} lost on the way`}, asked for{' '}
            <Moment at={run.createdAt} /> by {run.by}
          </span>
        </span>
      }
      actions={<Actions id={id} status={status} done={again} />}
    >
      {problem && <Notice kind="problem">{problem}</Notice>}
      {connection === 'lost' && !hasEnded(status) && (
        <Notice kind="warning">
          The live connection fell away. It is tried again; what is missed is caught up with.
        </Notice>
      )}
      {run.error && (
        <Notice kind="problem">
          <strong>{run.error.code}</strong> {run.error.message}
        </Notice>
      )}
      {run.warnings.map((warning) => (
        <Notice key={warning} kind="warning">
          {warning}
        </Notice>
      ))}
      {!hasEnded(status) && <Now run={run} status={status} event={told && newest} />}
      <Outcome run={run} />
      {epochs.length > 0 && kind === 'TRAIN' && epochs[0].epoch > 0 && <Curves epochs={epochs} />}
      <div className={styles.columns}>
        <Section title="What was asked for">
          <Panel>
            <Facts
              facts={[
                [
                  'Model',
                  <Link key="model" href={`/models/${model}`}>
                    {model}
                  </Link>,
                ],
                [
                  'Data set',
                  run.dataset ? (
                    <Link key="data" href={`/data/${run.dataset}`}>
                      {run.dataset}
                    </Link>
                  ) : (
                    'rows given with it'
                  ),
                ],
                ...(run.tasks.length > 0 ? [['Tasks', run.tasks.join(', ')] as const] : []),
                ...(kind === 'TRAIN'
                  ? [['Goes on from', run.baseVersion === null ? 'nothing' : `version ${run.baseVersion}`] as const]
                  : []),
                ...(run.freeze ? [['Frozen', frozenWords(run.freeze)] as const] : []),
                ...(run.trainableParameters !== null
                  ? [
                      ['Numbers that learn', count(run.trainableParameters)] as const,
                      ['Numbers that are fixed', count(run.frozenParameters ?? 0)] as const,
                    ]
                  : []),
              ]}
            />
            {run.hyperparameters && <Settings settings={run.hyperparameters} />}
          </Panel>
        </Section>
        <Section title="What happened">
          <EventLog run={run} epochs={epochs} heard={lines} />
        </Section>
      </div>
    </Page>
  );
}
