import { useState } from 'react';
import { useQuery, useSubscription } from 'urql';
import { useSearchParams } from 'wouter';
import { graphql, type ResultOf } from '../../graphql/graphql';
import { useRefresh } from '../../graphql/refresh';
import { statuses, statusWord } from '../../jobs/job-status';
import { kindNames, kinds, shortId } from '../../jobs/words';
import { Button, ButtonLink } from '../../parts/button';
import { FieldRow, SelectField } from '../../parts/field';
import { count, counted } from '../../parts/numbers';
import { Page } from '../../parts/page';
import { Answer, Empty, Notice } from '../../parts/states';
import { type Filters, filtersIn, searchOf } from './filters';
import { Overlay } from './overlay';
import styles from './runs.module.css';
import { RunsTable } from './runs-table';

const RUNS = graphql(`
  query Runs($first: Int!, $after: String, $status: [JobStatus!], $model: String, $kind: [JobKind!]) {
    models { name }
    trainingJobs(first: $first, after: $after, status: $status, model: $model, kind: $kind) {
      totalCount
      hasNextPage
      endCursor
      nodes {
        id
        kind
        model
        status
        attempt
        createdAt
        startedAt
        finishedAt
        by
        dataset
        freeze { backbone frozenLayers heads }
        version { number }
        promotion { promoted }
        metrics { task macroF1 }
      }
    }
  }
`);

const CHANGED = graphql(`
  subscription RunsChanged($model: String) {
    trainingJobChanged(model: $model) { id status model }
  }
`);

export type Run = ResultOf<typeof RUNS>['trainingJobs']['nodes'][number];

const PAGE = 25;
const MOST_LAID = 8;

/** All runs, newest first, as they come and go; and the curves of those that were ticked, laid over each other. */
export default function RunsPage() {
  const [search, setSearch] = useSearchParams();
  const filters = filtersIn(search);
  const show = (changed: Partial<Filters>, replace = false) =>
    setSearch(searchOf({ ...filters, ...changed }), { replace });
  const { model, status, kind, after, laid } = filters;
  const [runs, again] = useQuery({
    query: RUNS,
    variables: { first: PAGE, after, model, status: status && [status], kind: kind && [kind] },
  });
  const refresh = useRefresh(runs, again);
  const [told, setTold] = useState('');
  useSubscription({ query: CHANGED, variables: { model } }, (_, changed) => {
    const job = changed.trainingJobChanged;
    setTold(`Run ${shortId(job.id)} of ${job.model}: ${statusWord(job.status).toLowerCase()}.`);
    refresh();
    return changed;
  });
  const asked = model === undefined ? [] : [model];
  const names = runs.data ? runs.data.models.map(({ name }) => name) : asked;

  return (
    <Page
      title="Runs"
      actions={
        <ButtonLink href="/train" look="main">
          Train
        </ButtonLink>
      }
    >
      <FieldRow>
        <SelectField
          label="Model"
          value={model ?? ''}
          options={[{ value: '', title: 'All models' }, ...names.map((name) => ({ value: name, title: name }))]}
          onChange={(value) => show({ model: value || undefined, after: undefined })}
        />
        <SelectField
          label="Status"
          value={status ?? ''}
          options={[
            { value: '', title: 'Any status' },
            ...statuses.map((value) => ({ value, title: statusWord(value) })),
          ]}
          onChange={(value) => show({ status: value || undefined, after: undefined })}
        />
        <SelectField
          label="Kind"
          value={kind ?? ''}
          options={[{ value: '', title: 'Any kind' }, ...kindNames.map((value) => ({ value, title: kinds[value] }))]}
          onChange={(value) => show({ kind: value || undefined, after: undefined })}
        />
      </FieldRow>
      <p className="unseen" role="status">
        {told}
      </p>
      {laid.length > MOST_LAID && <Notice kind="warning">Only the first {MOST_LAID} ticked runs are drawn.</Notice>}
      {laid.length > 0 && <Overlay ids={laid.slice(0, MOST_LAID)} clear={() => show({ laid: [] }, true)} />}
      <Answer of={runs} what="runs" again={again}>
        {({ trainingJobs: { nodes, totalCount, hasNextPage, endCursor } }) =>
          nodes.length === 0 ? (
            <Empty action={<ButtonLink href="/train">Train a model</ButtonLink>}>
              {model || status || kind || after
                ? 'No run is like that.'
                : 'There is no run yet. A training makes the first one, and a version of a model.'}
            </Empty>
          ) : (
            <>
              <RunsTable
                runs={nodes}
                ended={refresh}
                laid={laid}
                lay={(id, isLaid) => show({ laid: isLaid ? [...laid, id] : laid.filter((each) => each !== id) }, true)}
              />
              <nav className={styles.paging} aria-label="Pages of runs">
                <span>
                  {nodes.length < totalCount
                    ? `${after ? 'Older: ' : ''}${count(nodes.length)} of ${counted(totalCount, 'run')}`
                    : counted(totalCount, 'run')}
                </span>
                {after && (
                  <Button look="plain" onClick={() => show({ after: undefined })}>
                    Newest
                  </Button>
                )}
                {hasNextPage && (
                  <Button look="plain" onClick={() => show({ after: endCursor ?? undefined })}>
                    Older
                  </Button>
                )}
              </nav>
            </>
          )
        }
      </Answer>
    </Page>
  );
}
