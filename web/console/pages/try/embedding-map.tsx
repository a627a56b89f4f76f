import { useCallback, useEffect, useState } from 'react';
import { useMutation, useQuery, useSubscription } from 'urql';
import { Link } from 'wouter';
import { graphql } from '../../graphql/graphql';
import { Button } from '../../parts/button';
import { FieldRow, SelectField } from '../../parts/field';
import { Section } from '../../parts/page';
import { Panel } from '../../parts/panel';
import { Answer, Empty, Notice } from '../../parts/states';
import type { AskedVersion } from '../../versions/ask';
import type { Classification } from './classify';
import { useSample } from './sample';
import { Scatter } from './scatter';
import styles from './try.module.css';

const MAP_DATASETS = graphql(`
  query MapDatasets($model: String!, $version: Int!) {
    datasets {
      name
      tasks {
        task
        labels {
          label
          rows
        }
      }
    }
    model(name: $model) {
      version(number: $version) {
        dataset
      }
    }
  }
`);

const MAP = graphql(`
  query EmbeddingMap($texts: [String!]!, $model: String!, $version: Int) {
    embed(texts: $texts, model: $model, version: $version, projection: PCA, dimensions: 2, normalize: false) {
      vector
    }
  }
`);

const FIT = graphql(`
  mutation FitForMap($model: String!, $version: Int, $dataset: String) {
    fitProjection(model: $model, version: $version, dataset: $dataset) {
      id
    }
  }
`);

const FITTING = graphql(`
  subscription FittingForMap($id: ID!) {
    trainingProgress(id: $id) {
      job {
        status
      }
    }
  }
`);

interface EmbeddingMapProps {
  readonly text: string;
  /** What the heads say of the text. */
  readonly predictions: Classification['predictions'];
  readonly asked: AskedVersion & { readonly version: number };
}

/** The text among rows of a data set, as the version's encoder sees them, along the two directions in which texts differ most. */
export function EmbeddingMap({ text, predictions, asked }: EmbeddingMapProps) {
  const [result] = useQuery({ query: MAP_DATASETS, variables: asked });
  const [choice, setChoice] = useState<{ readonly dataset?: string; readonly task?: string }>({});
  return (
    <Section
      title="Map"
      aside="Rows of a data set and the text, by the first two principal components of their vectors"
    >
      <Answer of={result} what="data sets">
        {({ datasets, model }) => {
          const wanted = choice.dataset ?? model?.version?.dataset;
          const dataset = datasets.find(({ name }) => name === wanted) ?? datasets[0];
          const task = dataset?.tasks.find(({ task }) => task === choice.task) ?? dataset?.tasks[0];
          if (!dataset || !task) return <Empty>There is no data set with labelled rows to show the text among.</Empty>;
          return (
            <Panel>
              <div className={styles.map}>
                <FieldRow>
                  <SelectField
                    label="Data set"
                    value={dataset.name}
                    options={datasets.map(({ name }) => ({ value: name, title: name }))}
                    onChange={(name) => setChoice({ dataset: name })}
                  />
                  <SelectField
                    label="Coloured by"
                    value={task.task}
                    options={dataset.tasks.map(({ task }) => ({ value: task, title: task }))}
                    onChange={(name) => setChoice({ dataset: dataset.name, task: name })}
                  />
                </FieldRow>
                <MapOf
                  text={text}
                  predictions={predictions}
                  asked={asked}
                  dataset={dataset.name}
                  task={task.task}
                  labels={task.labels}
                />
              </div>
            </Panel>
          );
        }}
      </Answer>
    </Section>
  );
}

interface MapOfProps extends EmbeddingMapProps {
  readonly dataset: string;
  readonly task: string;
  readonly labels: readonly { readonly label: string; readonly rows: number }[];
}

function MapOf({ text, predictions, asked, dataset, task, labels }: MapOfProps) {
  const given = predictions.find((each) => each.task === task)?.labels ?? [];
  const sample = useSample(dataset, task, labels, given);
  const rows = sample.data ?? [];
  const [rowVectors, askAgain] = useQuery({
    query: MAP,
    variables: { texts: rows.map(({ text }) => text), ...asked },
    pause: rows.length === 0,
  });
  // The same function on every render: the effect that calls it would run on each, and make the next, otherwise.
  const fitted = useCallback(() => askAgain({ requestPolicy: 'network-only' }), [askAgain]);
  const [textVector] = useQuery({ query: MAP, variables: { texts: [text], ...asked } });
  // The vectors of the sample before stay known while those of the next are asked for.
  const points = rows.length === rowVectors.data?.embed.length ? rowVectors.data.embed : undefined;
  const [problem] = rowVectors.error?.graphQLErrors ?? [];
  if (problem?.extensions?.code === 'BAD_USER_INPUT' && problem.extensions.field === 'projection')
    return <Unfitted why={problem.message} asked={asked} dataset={dataset} fitted={fitted} />;
  if (labels.length === 0)
    return (
      <Empty>
        No row of {dataset} has a label of {task}.
      </Empty>
    );
  return (
    <Answer of={{ data: points, error: sample.error ?? rowVectors.error ?? textVector.error }} what="the map">
      {(points) => (
        <Scatter
          label={`${rows.length} rows of ${dataset} and the text in two dimensions, coloured by ${task}`}
          groups={[...new Set(rows.map(({ label }) => label))]}
          points={points.map(({ vector: [x, y] }, row) => ({ x, y, text: rows[row].text, group: rows[row].label }))}
          marked={
            textVector.data && { x: textVector.data.embed[0].vector[0], y: textVector.data.embed[0].vector[1], text }
          }
        />
      )}
    </Answer>
  );
}

interface UnfittedProps {
  readonly why: string;
  readonly asked: AskedVersion;
  readonly dataset: string;
  fitted(): void;
}

/** An encoder that learned has no components of its own until a job fits them. */
function Unfitted({ why, asked, dataset, fitted }: UnfittedProps) {
  const [ordered, order] = useMutation(FIT);
  const id = ordered.data?.fitProjection.id ?? '';
  const [{ data }] = useSubscription({ query: FITTING, variables: { id }, pause: id === '' });
  const status = data?.trainingProgress.job.status;
  useEffect(() => {
    if (status === 'SUCCEEDED') fitted();
  }, [status, fitted]);
  return (
    <>
      <Notice kind="warning">{why}</Notice>
      {id === '' ? (
        <Button look="plain" disabled={ordered.fetching} onClick={() => order({ ...asked, dataset })}>
          Fit a projection on {dataset}
        </Button>
      ) : (
        <p>
          <Link href={`/runs/${id}`}>A job</Link> fits it: {status?.toLowerCase() ?? 'queued'} …
        </p>
      )}
    </>
  );
}
