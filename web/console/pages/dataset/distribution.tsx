import { useState } from 'react';
import { Bars } from '../../parts/bars';
import { count, counted, part } from '../../parts/numbers';
import { Panel } from '../../parts/panel';
import { WholeToggle } from '../../parts/whole-toggle';
import styles from './dataset.module.css';
import type { Dataset } from './operations';

/** Labels shown before somebody asks for all. */
const FIRST = 12;

/** How many rows each label of each task has, as bars, the most frequent first. */
export function Distribution({ tasks, rows }: { readonly tasks: Dataset['tasks']; readonly rows: number }) {
  return (
    <div className={styles.tasks}>
      {tasks.map((task) => (
        <TaskLabels key={task.task} task={task} rows={rows} />
      ))}
    </div>
  );
}

function TaskLabels({
  task: { task, kind, labels, unlabelledRows },
  rows,
}: {
  readonly task: Dataset['tasks'][number];
  readonly rows: number;
}) {
  const [isWhole, setWhole] = useState(false);
  const sorted = [...labels].sort((a, b) => b.rows - a.rows);
  const most = Math.max(1, ...labels.map((label) => label.rows));
  return (
    <Panel label={`Labels of ${task}`}>
      <div className={styles.taskHead}>
        <h3>{task}</h3>
        <span className="quiet">
          {counted(labels.length, 'label')}
          {kind === 'MULTI_LABEL' && ', several a row'}
        </span>
      </div>
      <Bars
        label={`Rows of each label of ${task}`}
        bars={(isWhole ? sorted : sorted.slice(0, FIRST)).map(({ label, rows: own }) => ({
          label,
          share: own / most,
          figure: (
            <>
              {count(own)} <span className={styles.share}>{part(own / rows)}</span>
            </>
          ),
        }))}
      />
      {sorted.length > FIRST && (
        <WholeToggle
          isWhole={isWhole}
          all={`All ${counted(sorted.length, 'label')}`}
          beginning="Only the most frequent"
          setWhole={setWhole}
        />
      )}
      {unlabelledRows > 0 && <p className="quiet">{counted(unlabelledRows, 'row')} without a label.</p>}
    </Panel>
  );
}
