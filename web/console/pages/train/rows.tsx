import { useId } from 'react';
import { Link } from 'wouter';
import { type FieldProblems, problemAt } from '../../graphql/field-problems';
import { SelectField } from '../../parts/field';
import { counted } from '../../parts/numbers';
import { PasteField } from '../../rows/paste-field';
import type { Pasted } from '../../rows/pasted';
import type { Draft } from './draft';
import styles from './train.module.css';

interface RowsProps {
  readonly draft: Draft;
  readonly pasted: Pasted;
  /** Undefined while they are asked for. */
  readonly datasets: readonly { readonly name: string; readonly rows: number }[] | undefined;
  /** Of the rows. */
  readonly tasks: readonly string[];
  readonly problems: FieldProblems;
  change(changed: Partial<Draft>): void;
}

/** The rows to learn from: a data set, or a handful pasted here; and which of their tasks. */
export function Rows({ draft, pasted, datasets, tasks, problems, change }: RowsProps) {
  const id = useId();
  const { source, dataset, leftOut } = draft;
  const wrongTasks = problemAt(problems, 'tasks');
  return (
    <fieldset className={styles.part}>
      <legend>What to learn from</legend>
      <div className={styles.sources}>
        {(
          [
            ['dataset', 'A data set'],
            ['pasted', 'A handful of rows, pasted here'],
          ] as const
        ).map(([value, title]) => (
          <label key={value} className={styles.tick}>
            <input
              type="radio"
              name={`${id}-source`}
              checked={source === value}
              onChange={() => change({ source: value, leftOut: [] })}
            />
            {title}
          </label>
        ))}
      </div>
      {source === 'dataset' ? (
        <SelectField
          label="Data set"
          problem={problemAt(problems, 'dataset')}
          hint={datasets?.length === 0 ? <Link href="/data">There is none yet: upload one.</Link> : undefined}
          value={dataset}
          options={[
            { value: '', title: 'Choose one' },
            ...(datasets?.map(({ name, rows }) => ({ value: name, title: `${name}, ${counted(rows, 'row')}` })) ??
              (dataset === '' ? [] : [{ value: dataset, title: dataset }])),
          ]}
          onChange={(value) => change({ dataset: value, leftOut: [] })}
        />
      ) : (
        <PasteField
          value={draft.pasted}
          pasted={pasted}
          problem={problemAt(problems, 'examples', 'dataset')}
          onChange={(value) => change({ pasted: value })}
        />
      )}
      {tasks.length > 0 && (
        <fieldset className={styles.tasks} aria-describedby={wrongTasks ? `${id}-tasks` : undefined}>
          <legend>{counted(tasks.length, 'task')}</legend>
          {tasks.map((task) => (
            <label key={task} className={styles.tick}>
              <input
                type="checkbox"
                checked={!leftOut.includes(task)}
                onChange={({ target }) =>
                  change({ leftOut: target.checked ? leftOut.filter((each) => each !== task) : [...leftOut, task] })
                }
              />
              {task}
            </label>
          ))}
          {wrongTasks && (
            <p id={`${id}-tasks`} className={styles.wrong}>
              {wrongTasks}
            </p>
          )}
        </fieldset>
      )}
    </fieldset>
  );
}
