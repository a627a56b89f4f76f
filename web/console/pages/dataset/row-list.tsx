import { LongText } from '../../parts/long-text';
import { Tag } from '../../parts/tag';
import { writtenLabels } from '../../rows/several-labels';
import styles from './dataset.module.css';
import type { LabelledTask, Row } from './operations';

interface RowListProps {
  readonly rows: readonly Row[];
  readonly tasks: readonly LabelledTask[];
  /** The id of the suggestions' lists begins with it. */
  readonly suggestions: string;
  /** What is typed for a row and task; undefined while rows are only read. */
  readonly typed: ((row: Row, task: LabelledTask) => string) | undefined;
  isChanged(row: Row, task: string): boolean;
  type(row: Row, task: LabelledTask, typed: string): void;
}

/** Rows with their labels, to be read or to be changed. */
export function RowList({ rows, tasks, suggestions, typed, isChanged, type }: RowListProps) {
  return (
    <ol className={styles.list}>
      {rows.map((row) => (
        <li key={row.row}>
          <span className={styles.place}>{row.row + 1}</span>
          <div className={styles.text}>
            <LongText>{row.text}</LongText> {row.split && <Tag>{row.split.toLowerCase()}</Tag>}
          </div>
          <div className={styles.labels}>
            {tasks.map((each, place) => {
              const { task, kind } = each;
              return typed ? (
                <label key={task} className={styles.edit} data-changed={isChanged(row, task) || undefined}>
                  <span>
                    {task}
                    {kind === 'MULTI_LABEL' && typed(row, each).trim() === writtenLabels([]) && ': none of them'}
                  </span>
                  <input
                    aria-label={`${task} of row ${row.row + 1}`}
                    list={kind === 'SINGLE_LABEL' ? `${suggestions}-${place}` : undefined}
                    placeholder={kind === 'MULTI_LABEL' ? 'a | b, or | for none' : 'no label'}
                    autoComplete="off"
                    dir="auto"
                    spellCheck={false}
                    value={typed(row, each)}
                    onChange={({ target }) => type(row, each, target.value)}
                  />
                </label>
              ) : (
                <ShownLabels key={task} row={row} task={task} />
              );
            })}
          </div>
        </li>
      ))}
    </ol>
  );
}

function ShownLabels({ row, task }: { readonly row: Row; readonly task: string }) {
  const labels = row.labels.find((each) => each.task === task)?.labels;
  return (
    <span className={styles.shown}>
      <span className="quiet">{task}</span>{' '}
      {labels === undefined ? '–' : labels.length === 0 ? 'none of them' : labels.join(', ')}
    </span>
  );
}

interface LabelSuggestionsProps {
  readonly id: string;
  readonly tasks: readonly LabelledTask[];
}

/** The labels of each task, once for all rows: what the fields of the rows suggest. */
export const LabelSuggestions = ({ id, tasks }: LabelSuggestionsProps) =>
  tasks.map(({ task, labels }, place) => (
    <datalist key={task} id={`${id}-${place}`}>
      {labels.map((label) => (
        <option key={label} value={label} />
      ))}
    </datalist>
  ));
