import { Network } from '../../parts/network';
import { count, counted, part } from '../../parts/numbers';
import { Panel } from '../../parts/panel';
import { Notice } from '../../parts/states';
import type { Draft } from './draft';
import type { Plan } from './operations';
import styles from './train.module.css';

/** What a training would do: which part of the network learns, and how many numbers that is. */
export function PlanPanel({ plan, draft }: { readonly plan: Plan | undefined; readonly draft: Draft }) {
  if (!plan)
    return (
      <Panel label="What would learn">
        <p className="quiet">Choose rows to see what would learn.</p>
      </Panel>
    );
  const { trainableParameters, frozenParameters, heads, rows, baseVersion, warnings } = plan;
  const share = trainableParameters / Math.max(1, trainableParameters + frozenParameters);
  return (
    <Panel label="What would learn">
      <div className={styles.plan}>
        <Network
          layers={plan.encoderLayers}
          backbone={draft.backbone}
          frozenLayers={draft.frozenLayers}
          heads={heads.map(({ task, role }) => ({ task, frozen: role !== 'LEARNS' }))}
        />
        <div className={styles.bar} aria-hidden="true">
          <span style={{ inlineSize: `${Math.max(100 * share, trainableParameters > 0 ? 0.75 : 0)}%` }} />
        </div>
        <dl className={styles.parameters}>
          <div>
            <dt>
              <span className={styles.learns} /> Learn
            </dt>
            <dd>{count(trainableParameters)}</dd>
            <dd>{part(share)}</dd>
          </div>
          <div>
            <dt>
              <span className={styles.fixed} /> Fixed
            </dt>
            <dd>{count(frozenParameters)}</dd>
            <dd>{part(1 - share)}</dd>
          </div>
        </dl>
        <p className="quiet">
          {counted(rows, 'row')}, going on from{' '}
          {baseVersion === null ? 'the pretrained encoder' : `version ${baseVersion}`}.{' '}
          {heads.map(({ task, role, labels, isNew }) => `${task}: ${headWords(role, labels.length, isNew)}`).join('; ')}
          .
        </p>
        {warnings.map((warning) => (
          <Notice key={warning} kind="warning">
            {warning}
          </Notice>
        ))}
      </div>
    </Panel>
  );
}

function headWords(role: Plan['heads'][number]['role'], labels: number, isNew: boolean): string {
  const many = counted(labels, 'label');
  if (role === 'FROZEN') return `kept, ${many}`;
  if (role === 'UNTOUCHED') return 'not in the rows, stays';
  return isNew ? `new head, ${many}` : `learns on, ${many}`;
}
