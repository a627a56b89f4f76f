import { useQuery } from 'urql';
import { Link } from 'wouter';
import { graphql, type ResultOf } from '../../graphql/graphql';
import { count } from '../../parts/numbers';
import { Page, Section } from '../../parts/page';
import { Answer, Empty } from '../../parts/states';
import { Table } from '../../parts/table';
import { Moment } from '../../parts/times';
import { Paste } from './paste';
import { Upload } from './upload/upload';

const DATASETS = graphql(`
  query Datasets {
    datasets { name rows createdAt warnings tasks { task kind labels { label } } }
  }
`);

type Dataset = ResultOf<typeof DATASETS>['datasets'][number];

/** All data sets, and the ways to a new one. */
export default function DataPage() {
  const [datasets, again] = useQuery({ query: DATASETS });
  const taken = datasets.data?.datasets.map(({ name }) => name) ?? [];
  return (
    <Page title="Data">
      <div>
        <Upload taken={taken} />
        <Paste taken={taken} />
      </div>
      <Section title="Data sets">
        <Answer of={datasets} what="data sets" again={again}>
          {({ datasets }) =>
            datasets.length === 0 ? (
              <Empty>There is no data set yet. Upload a file, or paste a handful of rows.</Empty>
            ) : (
              <Table<Dataset>
                caption="All data sets"
                rows={datasets}
                keyOf={({ name }) => name}
                columns={[
                  { title: 'Name', cell: ({ name }) => <Link href={`/data/${name}`}>{name}</Link> },
                  { title: 'Rows', kind: 'number', cell: ({ rows }) => count(rows) },
                  {
                    title: 'Tasks and labels',
                    kind: 'long',
                    cell: ({ tasks }) => tasks.map(taskWords).join(', ') || 'none',
                  },
                  { title: 'Warnings', kind: 'number', cell: ({ warnings }) => warnings.length || '–' },
                  { title: 'Stored', cell: ({ createdAt }) => <Moment at={createdAt} /> },
                ]}
              />
            )
          }
        </Answer>
      </Section>
    </Page>
  );
}

const taskWords = ({ task, kind, labels }: Dataset['tasks'][number]): string =>
  `${task} (${count(labels.length)}${kind === 'MULTI_LABEL' ? ', several a row' : ''})`;
