import { useQuery } from 'urql';
import { useParams, useSearchParams } from 'wouter';
import { graphql } from '../../graphql/graphql';
import { Field, FieldRow, SelectField } from '../../parts/field';
import { counted } from '../../parts/numbers';
import { Page } from '../../parts/page';
import { Answer, Empty, Notice } from '../../parts/states';
import { Promote } from './promote';
import { TaskCompared, taskComparedFields } from './task-compared';

const CHOICES = graphql(`
  query ComparisonChoices($model: String!) {
    datasets {
      name
      splits {
        split
        rows
      }
    }
    model(name: $model) {
      production {
        number
        dataset
      }
      versions(first: 1000) {
        number
      }
    }
  }
`);

const COMPARE = graphql(
  `
  query Compare($model: String!, $a: Int!, $b: Int!, $dataset: String!, $split: Split, $learnedRows: Boolean!) {
    compareVersions(model: $model, a: $a, b: $b, dataset: $dataset, split: $split, learnedRows: $learnedRows) {
      rows
      learnedRows
      tasks {
        ...TaskCompared
      }
    }
  }
`,
  [taskComparedFields],
);

const SPLITS = { '': 'all rows', TRAINING: 'training', VALIDATION: 'validation', TEST: 'test' } as const;
type SplitChoice = keyof typeof SPLITS;
const isSplit = (value: string): value is SplitChoice => value in SPLITS;

/** Two versions on the same rows of a data set: which is better at what, how sure that is, and where they disagree. */
export default function ComparePage() {
  const { model = '' } = useParams();
  const [search, setSearch] = useSearchParams();
  const [choices] = useQuery({ query: CHOICES, variables: { model } });
  const versions = choices.data?.model?.versions.map(({ number }) => number) ?? [];
  const datasets = choices.data?.datasets ?? [];
  const production = choices.data?.model?.production;
  const a = Number(search.get('a') ?? production?.number ?? versions[1]);
  const b = Number(search.get('b') ?? versions[0]);
  const dataset = search.get('dataset') ?? production?.dataset ?? datasets[0]?.name ?? '';
  const split = search.get('split') ?? '';
  const learnedRows = search.has('learnedRows');
  const [result, again] = useQuery({
    query: COMPARE,
    variables: {
      model,
      a,
      b,
      dataset,
      split: isSplit(split) && split !== '' ? split : undefined,
      learnedRows,
    },
    pause: !choices.data || !Number.isInteger(a) || !Number.isInteger(b) || dataset === '',
  });
  const set = (name: string, value: string) =>
    setSearch((before) => {
      const after = new URLSearchParams(before);
      if (value === '') after.delete(name);
      else after.set(name, value);
      return after;
    });
  const options = (names: readonly (string | number)[]) =>
    names.map((name) => ({ value: String(name), title: String(name) }));
  return (
    <Page
      title={`Compare versions of ${model}`}
      above={[
        { title: 'Models', href: '/models' },
        { title: model, href: `/models/${model}` },
      ]}
      actions={result.data && production?.number !== b && <Promote model={model} version={b} />}
    >
      <Answer of={choices} what="versions">
        {() =>
          versions.length < 2 || datasets.length === 0 ? (
            <Empty>It takes two versions and a data set to compare on.</Empty>
          ) : (
            <>
              <FieldRow>
                <SelectField
                  label="Version"
                  value={String(a)}
                  options={options(versions)}
                  onChange={(to) => set('a', to)}
                />
                <SelectField
                  label="with version"
                  value={String(b)}
                  options={options(versions)}
                  onChange={(to) => set('b', to)}
                />
                <SelectField
                  label="on data set"
                  value={dataset}
                  options={options(datasets.map(({ name }) => name))}
                  onChange={(to) => set('dataset', to)}
                />
                <SelectField
                  label="Rows"
                  value={isSplit(split) ? split : ''}
                  options={[
                    { value: '', title: SPLITS[''] },
                    ...(datasets.find(({ name }) => name === dataset)?.splits ?? []).map(({ split, rows }) => ({
                      value: split,
                      title: `${SPLITS[split]} (${rows})`,
                    })),
                  ]}
                  onChange={(to) => set('split', to)}
                />
                <Field label="Rows that one learned from">
                  {({ id }) => (
                    <label>
                      <input
                        id={id}
                        type="checkbox"
                        checked={learnedRows}
                        onChange={({ target }) => set('learnedRows', target.checked ? 'true' : '')}
                      />{' '}
                      count as well
                    </label>
                  )}
                </Field>
              </FieldRow>
              <Answer of={result} what="the comparison" again={again}>
                {({ compareVersions: { rows, learnedRows: left, tasks } }) => (
                  <>
                    <p>
                      Compared on {counted(rows, 'row')}
                      {left > 0 &&
                        `; ${counted(left, 'row was', 'rows were')} left out, as one of the two learned from them`}
                      .
                    </p>
                    {tasks.length === 0 && (
                      <Notice kind="warning">No task that both have a head for has labels in these rows.</Notice>
                    )}
                    {tasks.map((task) => (
                      <TaskCompared key={task.task} compared={task} a={a} b={b} />
                    ))}
                  </>
                )}
              </Answer>
            </>
          )
        }
      </Answer>
    </Page>
  );
}
