import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { graphql, type ResultOf } from '../../graphql/graphql';
import { Button, type ButtonLook } from '../../parts/button';
import { Confirmation } from '../../parts/dialog';
import { percent, points } from '../../parts/numbers';
import { Answer, Notice } from '../../parts/states';
import { Table } from '../../parts/table';

const PROMOTE = graphql(`
  mutation Promote($model: String!, $version: Int!) {
    promote(model: $model, version: $version) {
      name
      aliases {
        name
        version
      }
    }
  }
`);

const servedFields = graphql(`
  fragment Served on ModelVersion {
    number
    tasks {
      task
      labels
    }
    metrics {
      task
      macroF1
    }
  }
`);

const CHANGE = graphql(
  `
  query PromotionChange($model: String!, $version: Int!) {
    model(name: $model) {
      production {
        ...Served
      }
      version(number: $version) {
        ...Served
      }
    }
  }
`,
  [servedFields],
);

type Served = ResultOf<typeof servedFields>;

interface PromoteProps {
  readonly model: string;
  readonly version: number;
  readonly look?: ButtonLook;
}

/** Points `production` at a version, once somebody has read what that changes. */
export function Promote({ model, version, look = 'main' }: PromoteProps) {
  const [isAsking, setAsking] = useState(false);
  const [, promote] = useMutation(PROMOTE);
  return (
    <>
      <Button look={look} aria-label={`Promote version ${version}`} onClick={() => setAsking(true)}>
        Promote
      </Button>
      {isAsking && (
        <Confirmation
          title={`Promote version ${version} of ${model}?`}
          does="Promote"
          done={`Version ${version} of ${model} was promoted.`}
          confirm={() => promote({ model, version })}
          confirmed={() => setAsking(false)}
          cancel={() => setAsking(false)}
        >
          <WhatChanges model={model} version={version} />
        </Confirmation>
      )}
    </>
  );
}

/** What is different for callers once `production` points to another version: labels, and how good the heads are. */
export function WhatChanges({ model, version }: { readonly model: string; readonly version: number }) {
  const [result] = useQuery({ query: CHANGE, variables: { model, version } });
  return (
    <Answer of={result} what="what changes">
      {({ model: found }) => {
        const now = found?.production ?? undefined;
        const then = found?.version;
        if (!then) return <Notice kind="problem">Version {version} is not there any more.</Notice>;
        return (
          <>
            <p>
              {now
                ? `“production” points to version ${now.number} now, and will point to version ${version}.`
                : `“production” will point to version ${version}.`}{' '}
              Requests that name no version are answered by it at once, without a restart.
            </p>
            {now && <Differences now={now} then={then} />}
            {now && <p>Version {now.number} stays, and can be promoted again.</p>}
          </>
        );
      }}
    </Answer>
  );
}

function Differences({ now, then }: { readonly now: Served; readonly then: Served }) {
  const tasks = [...new Set([...now.tasks, ...then.tasks].map(({ task }) => task))];
  const changes = tasks.flatMap((task) => labelChanges(task, now, then));
  const score = (version: Served, task: string) => version.metrics.find((each) => each.task === task)?.macroF1;
  return (
    <>
      {changes.length > 0 ? (
        <ul>
          {changes.map((change) => (
            <li key={change}>{change}</li>
          ))}
        </ul>
      ) : (
        <p>Tasks and labels stay the same.</p>
      )}
      <Table
        caption="Macro F1, each version on the rows it held back"
        rows={tasks.map((task) => ({ task, before: score(now, task), after: score(then, task) }))}
        keyOf={({ task }) => task}
        columns={[
          { title: 'Macro F1', cell: ({ task }) => task },
          { title: `Version ${now.number}`, kind: 'number', cell: ({ before }) => written(before) },
          { title: `Version ${then.number}`, kind: 'number', cell: ({ after }) => written(after) },
          {
            title: 'Points',
            kind: 'number',
            cell: ({ before, after }) => (before === undefined || after === undefined ? '–' : points(after - before)),
          },
        ]}
      />
    </>
  );
}

const written = (score: number | undefined): string => (score === undefined ? '–' : percent(score));

/** What callers will get of a task that they did not get before, and the other way round. */
function labelChanges(task: string, now: Served, then: Served): string[] {
  const before = now.tasks.find((each) => each.task === task)?.labels;
  const after = then.tasks.find((each) => each.task === task)?.labels;
  if (!after) return [`The task ${task} is answered no more.`];
  if (!before) return [`The task ${task} is new.`];
  const lost = before.filter((label) => !after.includes(label));
  const gained = after.filter((label) => !before.includes(label));
  return [
    ...(lost.length > 0 ? [`${task} loses ${lost.join(', ')}.`] : []),
    ...(gained.length > 0 ? [`${task} gains ${gained.join(', ')}.`] : []),
  ];
}
