import { useQuery } from 'urql';
import { Link } from 'wouter';
import { graphql, type ResultOf } from '../../graphql/graphql';
import { ButtonLink } from '../../parts/button';
import { percent } from '../../parts/numbers';
import { Page } from '../../parts/page';
import { Answer, Empty } from '../../parts/states';
import { Table } from '../../parts/table';
import { Moment } from '../../parts/times';

const MODELS = graphql(`
  query Models {
    models {
      name
      aliases {
        name
        version
      }
      production {
        number
        metrics {
          task
          macroF1
        }
      }
      versions(first: 1) {
        number
        createdAt
      }
    }
  }
`);

type Model = ResultOf<typeof MODELS>['models'][number];

/** Every model: which of its versions serves, how good that is, and the newest. */
export default function ModelsPage() {
  const [models, again] = useQuery({ query: MODELS });
  return (
    <Page
      title="Models"
      intro="A model is a line of versions. What “production” points to answers where no version is named."
    >
      <Answer of={models} what="models" again={again}>
        {({ models }) =>
          models.length === 0 ? (
            <Empty action={<ButtonLink href="/train">Train one</ButtonLink>}>
              There is no model yet: the first training makes one.
            </Empty>
          ) : (
            <Table<Model>
              caption="Models"
              rows={models}
              keyOf={({ name }) => name}
              columns={[
                { title: 'Model', cell: ({ name }) => <Link href={`/models/${name}`}>{name}</Link> },
                {
                  title: 'In production',
                  kind: 'number',
                  cell: ({ name, production }) =>
                    production ? (
                      <Link href={`/models/${name}/versions/${production.number}`}>{production.number}</Link>
                    ) : (
                      '–'
                    ),
                },
                {
                  title: 'Macro F1 in production',
                  cell: ({ production }) =>
                    production?.metrics.map(({ task, macroF1 }) => `${task} ${percent(macroF1)}`).join(', ') || '–',
                },
                { title: 'Newest', kind: 'number', cell: ({ versions }) => versions[0]?.number ?? '–' },
                {
                  title: 'Made',
                  cell: ({ versions }) => (versions[0] ? <Moment at={versions[0].createdAt} /> : '–'),
                },
                {
                  title: 'Other aliases',
                  cell: ({ aliases }) =>
                    aliases
                      .filter(({ name }) => name !== 'production')
                      .map(({ name, version }) => `${name} → ${version}`)
                      .join(', ') || '–',
                },
              ]}
            />
          )
        }
      </Answer>
    </Page>
  );
}
