import { useId, useState } from 'react';
import { useClient, useMutation, useQuery } from 'urql';
import { problemOf } from '../../graphql/problem';
import { Button } from '../../parts/button';
import { count, counted } from '../../parts/numbers';
import { Section } from '../../parts/page';
import { Answer, Empty, Notice } from '../../parts/states';
import { BeginTask } from './begin-task';
import { type Changes, changeInputs, isChanged, typedLabels, without, withTyped } from './changes';
import styles from './dataset.module.css';
import { Filter, type RowFilter } from './filter';
import { type Dataset, LABEL, type LabelledTask, ROWS } from './operations';
import { LabelSuggestions, RowList } from './row-list';

const PAGE = 25;

/** Tasks that are shown beside a row: more would not fit, and the filter shows any other. */
const MOST_TASKS = 6;

interface RowsProps {
  readonly dataset: Dataset;
  /** Asks for the data set again. */
  reload(): void;
}

/** The rows of a data set, a page at a time; their labels can be changed in place, and are saved together. */
export function Rows({ dataset, reload }: RowsProps) {
  const { name, digest } = dataset;
  const suggestions = useId();
  const [filter, setFilter] = useState<RowFilter>({ task: undefined, label: undefined, unlabelled: false });
  const [afters, setAfters] = useState<readonly number[]>([]);
  const [isLabelling, setLabelling] = useState(false);
  const [begun, setBegun] = useState<readonly LabelledTask[]>([]);
  /** The digest that they were decided on is kept with them: the rows may be others by now. */
  const [edits, setEdits] = useState<{ readonly digest: string; readonly changes: Changes }>({
    digest,
    changes: new Map(),
  });
  const [done, setDone] = useState('');
  const [isSaving, setSaving] = useState(false);
  const [saving, save] = useMutation(LABEL);
  const client = useClient();
  const asked = { name, first: PAGE + 1, after: afters.at(-1), ...filter };
  const [result, again] = useQuery({ query: ROWS, variables: asked });
  const tasks = [...dataset.tasks.map(labelledTask), ...begun.filter(isNewIn(dataset))];
  const shown = tasks.filter(({ task }) => filter.task === undefined || task === filter.task).slice(0, MOST_TASKS);
  const { changes } = edits;

  const discard = () => setEdits({ digest, changes: new Map() });
  const lookAgain = () => {
    reload();
    again({ requestPolicy: 'network-only' });
  };
  const saveAll = async () => {
    setSaving(true);
    const { data } = await save({ dataset: name, digest: edits.digest, changes: changeInputs(changes, tasks) });
    if (data) {
      reload();
      // What was typed stays until the rows say it too: the labels before would show for a moment.
      await client.query(ROWS, asked, { requestPolicy: 'network-only' });
      setEdits((now) => ({ digest: data.labelExamples.digest, changes: without(now.changes, changes) }));
      setDone(`Saved: ${counted(changes.size, 'label')} changed.`);
    }
    setSaving(false);
  };

  return (
    <Section
      title="Rows"
      aside={
        <Button look="plain" aria-pressed={isLabelling} onClick={() => setLabelling(!isLabelling)}>
          {isLabelling ? 'Only read' : 'Label rows'}
        </Button>
      }
    >
      <div className={styles.rows}>
        <Filter
          tasks={tasks}
          filter={filter}
          change={(next) => {
            setFilter(next);
            setAfters([]);
          }}
        />
        {isLabelling && (
          <BeginTask taken={tasks.map(({ task }) => task)} begin={(task) => setBegun([...begun, task])} />
        )}
        {tasks.length > shown.length && filter.task === undefined && (
          <p className="quiet">
            The first {MOST_TASKS} of {counted(tasks.length, 'task')}: choose a task above to see it.
          </p>
        )}
        {isLabelling && <LabelSuggestions id={suggestions} tasks={shown} />}
        <Answer of={result} what="rows" again={lookAgain}>
          {({ dataset: found }) => {
            const rows = found?.preview.slice(0, PAGE) ?? [];
            const isLast = (found?.preview.length ?? 0) <= PAGE;
            const last = rows.at(-1)?.row;
            return rows.length === 0 ? (
              <Empty>No row is like that.</Empty>
            ) : (
              <>
                <RowList
                  rows={rows}
                  tasks={shown}
                  suggestions={suggestions}
                  typed={isLabelling ? (row, task) => typedLabels(changes, row, task) : undefined}
                  isChanged={(row, task) => isChanged(changes, row, task)}
                  type={(row, task, typed) => {
                    setDone('');
                    setEdits({
                      digest: changes.size === 0 ? (found?.digest ?? digest) : edits.digest,
                      changes: withTyped(changes, row, task, typed),
                    });
                  }}
                />
                <nav className={styles.paging} aria-label="Pages of rows">
                  {afters.length > 0 && (
                    <Button look="plain" onClick={() => setAfters(afters.slice(0, -1))}>
                      Previous
                    </Button>
                  )}
                  {!isLast && last !== undefined && (
                    <Button look="plain" onClick={() => setAfters([...afters, last])}>
                      Next
                    </Button>
                  )}
                  <span>
                    Rows {count(rows[0].row + 1)} to {count((last ?? 0) + 1)} of {count(dataset.rows)}
                  </span>
                </nav>
              </>
            );
          }}
        </Answer>
        {saving.error && changes.size > 0 && (
          <Notice kind="problem">
            {problemOf(saving.error)}{' '}
            {saving.error.graphQLErrors.some(({ extensions }) => extensions?.code === 'CONFLICT') && (
              <Button
                look="quiet"
                onClick={() => {
                  discard();
                  lookAgain();
                }}
              >
                Drop my changes and look again
              </Button>
            )}
          </Notice>
        )}
        <p role="status" className="quiet">
          {done}
        </p>
        {changes.size > 0 && (
          <section className={styles.unsaved} aria-label="Changes that are not saved">
            <span>{counted(changes.size, 'label')} changed, not saved yet</span>
            <Button look="plain" disabled={isSaving} onClick={discard}>
              Discard
            </Button>
            <Button disabled={isSaving} onClick={saveAll}>
              Save
            </Button>
          </section>
        )}
      </div>
    </Section>
  );
}

const labelledTask = ({ task, kind, labels }: Dataset['tasks'][number]): LabelledTask => ({
  task,
  kind,
  labels: labels.map(({ label }) => label),
});

const isNewIn =
  (dataset: Dataset) =>
  ({ task }: LabelledTask): boolean =>
    !dataset.tasks.some((each) => each.task === task);
