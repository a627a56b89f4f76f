import { Link } from 'wouter';
import { ButtonLink } from '../../parts/button';
import { count, percent, points } from '../../parts/numbers';
import { Section } from '../../parts/page';
import { Panel } from '../../parts/panel';
import { Table } from '../../parts/table';
import { Tag } from '../../parts/tag';
import { Promote } from '../models/promote';
import type { Run } from './run';
import styles from './run.module.css';

type Metric = Run['metrics'][number];

/** What came of a run: its version, how good it is, and whether it took over `production`, with the reasons. */
export function Outcome({ run }: { readonly run: Run }) {
  const { kind, model, status, version, promotion, metrics, projectionVersion, keptEpochs } = run;
  if (status !== 'SUCCEEDED') return null;
  return (
    <Section title="What came of it">
      <div className="stack">
        {promotion && (
          <Panel label="Promotion">
            <div className={styles.decision}>
              <div>
                <p className={styles.verdict}>
                  {version ? (
                    <Link href={`/models/${model}/versions/${version.number}`}>Version {version.number}</Link>
                  ) : (
                    'Its version was deleted'
                  )}
                  <Tag tone={promotion.promoted ? 'good' : 'plain'}>
                    {promotion.promoted ? 'took over production' : 'not promoted'}
                  </Tag>
                </p>
                <p>{promotion.reason}</p>
              </div>
              {version && (
                <div className={styles.buttons}>
                  <ButtonLink href={`/?model=${model}&version=${version.number}`}>Try it</ButtonLink>
                  {!promotion.promoted && <Promote model={model} version={version.number} />}
                </div>
              )}
            </div>
            {promotion.differences && promotion.differences.length > 0 && (
              <Table
                caption={`Beside version ${promotion.comparedWith}, on the same rows`}
                rows={promotion.differences}
                keyOf={({ task }) => task}
                columns={[
                  { title: 'Macro F1', cell: ({ task }) => task },
                  {
                    title: `Version ${promotion.comparedWith}`,
                    kind: 'number',
                    cell: ({ macroF1 }) => shownShare(macroF1.a),
                  },
                  { title: 'This one', kind: 'number', cell: ({ macroF1 }) => shownShare(macroF1.b) },
                  { title: 'Points', kind: 'number', cell: ({ macroF1 }) => points(macroF1.value) },
                  {
                    title: '95 % interval',
                    kind: 'number',
                    cell: ({ macroF1 }) => `${points(macroF1.low)} to ${points(macroF1.high)}`,
                  },
                  { title: 'Rows', kind: 'number', cell: ({ rows }) => count(rows) },
                ]}
              />
            )}
          </Panel>
        )}
        {kind === 'FIT_PROJECTION' && projectionVersion !== null && (
          <Panel>Made projection {projectionVersion}: “embed” uses it from now on.</Panel>
        )}
        {metrics.length > 0 && (
          <Table
            caption="How good its heads are"
            rows={metrics}
            keyOf={({ task }) => task}
            columns={[
              { title: 'Task', cell: ({ task }) => task },
              { title: 'Macro F1', kind: 'number', cell: ({ macroF1 }) => percent(macroF1) },
              { title: 'Accuracy', kind: 'number', cell: ({ accuracy }) => percent(accuracy) },
              ...(keptEpochs.length > 0
                ? [
                    {
                      title: 'Kept epoch, the best by validation loss',
                      kind: 'number',
                      cell: ({ task }: Metric) => keptEpochs.find((each) => each.task === task)?.epoch ?? '–',
                    } as const,
                  ]
                : []),
              { title: 'Rows measured on', kind: 'number', cell: ({ support }) => count(support) },
            ]}
          />
        )}
      </div>
    </Section>
  );
}

const shownShare = (share: number | null): string => (share === null ? '–' : percent(share));
