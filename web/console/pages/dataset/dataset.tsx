import { useEffect } from 'react';
import { useQuery } from 'urql';
import { useParams } from 'wouter';
import { ButtonLink } from '../../parts/button';
import { count } from '../../parts/numbers';
import { Page, Section } from '../../parts/page';
import { Facts, Panel } from '../../parts/panel';
import { Answer, Empty, Notice } from '../../parts/states';
import { Moment } from '../../parts/times';
import { AddRows } from './add-rows';
import { Delete } from './delete';
import { Distribution } from './distribution';
import { forgetEdits } from './edits';
import { DATASET, type Dataset } from './operations';
import { Rows } from './rows';

const splitWords = { TRAINING: 'Rows to learn from', VALIDATION: 'Rows that validate', TEST: 'Rows that only measure' };

/** One data set: what is in it, what to look at before training on it, and its rows, to be read and labelled. */
export default function DatasetPage() {
  const { name = '' } = useParams();
  const [result, again] = useQuery({ query: DATASET, variables: { name } });
  const reload = () => again({ requestPolicy: 'network-only' });
  const dataset = result.data?.dataset;
  const isGone = dataset === null && !result.error && !result.fetching && !result.stale;
  useEffect(() => {
    if (isGone) forgetEdits(name);
  }, [isGone, name]);
  return (
    <Page
      title={name}
      above={[{ title: 'Data', href: '/data' }]}
      actions={
        dataset && (
          <>
            <ButtonLink href={`/train?dataset=${name}`} look="main">
              Train on it
            </ButtonLink>
            <Delete name={name} />
          </>
        )
      }
    >
      <Answer of={result} what="the data set" again={reload}>
        {({ dataset }) =>
          dataset === null ? (
            <Empty action={<ButtonLink href="/data">See all data sets</ButtonLink>}>
              There is no data set “{name}”.
            </Empty>
          ) : (
            <Found dataset={dataset} reload={reload} />
          )
        }
      </Answer>
    </Page>
  );
}

function Found({ dataset, reload }: { readonly dataset: Dataset; reload(): void }) {
  const { name, rows, digest, createdAt, splits, tasks, warnings } = dataset;
  return (
    <>
      <Panel>
        <Facts
          facts={[
            ['Rows', count(rows)],
            ['Stored', <Moment key="stored" at={createdAt} />],
            [
              'Digest',
              <code key="digest" title={digest}>
                {digest.slice(0, 12)}
              </code>,
            ],
            ...splits.map(({ split, rows }) => [splitWords[split], count(rows)] as const),
          ]}
        />
      </Panel>
      {warnings.map((warning) => (
        <Notice key={warning} kind="warning">
          {warning}
        </Notice>
      ))}
      {tasks.length > 0 && (
        <Section title="Labels">
          <Distribution tasks={tasks} rows={rows} />
        </Section>
      )}
      <Rows key={name} dataset={dataset} reload={reload} />
      <AddRows dataset={dataset} reload={reload} />
    </>
  );
}
