import { useQuery } from 'urql';
import { Link } from 'wouter';
import { graphql, type ResultOf } from '../../graphql/graphql';
import { Page } from '../../parts/page';
import { Answer, Empty } from '../../parts/states';
import { Table } from '../../parts/table';

const MODELS = graphql(`
  query Models {
    models {
      name
      production { number createdAt }
      versions(first: 1) { number createdAt }
    }
  }
`);

type Model = ResultOf<typeof MODELS>['models'][number];

/** Every model: which of its versions serves, and which is the newest. */
export default function ModelsPage() {
  const [models] = useQuery({ query: MODELS });
  return (
    <Page title="Models">
      <Answer of={models} what="models">
        {({ models }) =>
          models.length === 0 ? (
            <Empty>There is no model yet: the first training makes one.</Empty>
          ) : (
            <Table<Model>
              caption="Models"
              rows={models}
              keyOf={({ name }) => name}
              columns={[
                { title: 'Model', cell: ({ name }) => <Link href={`/models/${name}`}>{name}</Link> },
                { title: 'In production', kind: 'number', cell: ({ production }) => production?.number ?? '–' },
                { title: 'Newest', kind: 'number', cell: ({ versions }) => versions[0]?.number ?? '–' },
              ]}
            />
          )
        }
      </Answer>
    </Page>
  );
}
