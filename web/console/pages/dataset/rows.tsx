import { useId, useRef, useState } from 'react';
import { type CombinedError, useClient, useMutation, useQuery } from 'urql';
import { useSearchParams } from 'wouter';
import { problemOf } from '../../graphql/problem';
import { Button } from '../../parts/button';
import { counted } from '../../parts/numbers';
import { Section } from '../../parts/page';
import { Answer, Empty, Notice } from '../../parts/states';
import { BeginTask } from './begin-task';
import { changeInputs, isChanged, typedLabels, without, withTyped } from './changes';
import styles from './dataset.module.css';
import { edit, useEdits } from './edits';
import { Filter } from './filter';
import { type Dataset, LABEL, type LabelledTask, ROWS } from './operations';
import { Paging } from './paging';
import { type Place, placeIn, searchOf } from './place';
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
  const [search, setSearch] = useSearchParams();
  const place = placeIn(search);
  const go = (to: Partial<Place>) => setSearch(searchOf({ ...place, ...to }));
  const { changes, begun, digest: decidedOn } = useEdits(name);
  const [isLabelling, setLabelling] = useState(changes.size > 0);
  const [done, setDone] = useState('');
  const told = useRef<HTMLParagraphElement>(null);
  const bar = useRef<HTMLElement>(null);
  const [isSaving, setSaving] = useState(false);
  const [problem, setProblem] = useState<CombinedError>();
  const [, save] = useMutation(LABEL);
  const client = useClient();
  const asked = { name, first: PAGE + 1, ...place };
  const [result, again] = useQuery({ query: ROWS, variables: asked });
  const tasks = [...dataset.tasks.map(labelledTask), ...begun.filter(isNewIn(dataset))];
  const shown = tasks.filter(({ task }) => place.task === undefined || task === place.task).slice(0, MOST_TASKS);

  const discard = () => {
    edit(name, (now) => ({ ...now, changes: new Map() }));
    setProblem(undefined);
    setDone('Dropped what was not saved.');
    // The button that was pressed is taken away.
    told.current?.focus();
  };
  const lookAgain = () => {
    reload();
    again({ requestPolicy: 'network-only' });
  };
  const saveAll = async () => {
    setSaving(true);
    setProblem(undefined);
    const { data, error } = await save({ dataset: name, digest: decidedOn, changes: changeInputs(changes, tasks) });
    if (data) {
      edit(name, (now) => ({ ...now, digest: data.labelExamples.digest }));
      reload();
      // What was typed stays until the rows say it too: the labels before would show for a moment.
      await client.query(ROWS, asked, { requestPolicy: 'network-only' });
      // The button that was pressed is taken away; who has gone on to another place by now stays there.
      const { activeElement, body } = document;
      if (activeElement === body || bar.current?.contains(activeElement)) told.current?.focus();
      edit(name, (now) => ({ ...now, changes: without(now.changes, changes) }));
      setDone(`Saved: ${counted(changes.size, 'label')} changed.`);
    }
    setProblem(error);
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
        <Filter tasks={tasks} filter={place} change={(filter) => go({ ...filter, after: undefined })} />
        {isLabelling && (
          <BeginTask
            taken={tasks.map(({ task }) => task)}
            begin={(task) => edit(name, (now) => ({ ...now, begun: [...now.begun, task] }))}
          />
        )}
        {tasks.length > shown.length && place.task === undefined && (
          <p className="quiet">
            The first {MOST_TASKS} of {counted(tasks.length, 'task')}: choose a task above to see it.
          </p>
        )}
        {isLabelling && <LabelSuggestions id={suggestions} tasks={shown} />}
        <Answer of={result} what="rows" again={lookAgain}>
          {({ dataset: found }) => {
            const rows = found?.preview.slice(0, PAGE) ?? [];
            const isLast = (found?.preview.length ?? 0) <= PAGE;
            const [first, last] = [rows.at(0)?.row, rows.at(-1)?.row];
            return first === undefined || last === undefined ? (
              <Empty
                action={
                  place.after !== undefined && (
                    <Button look="plain" onClick={() => go({ after: undefined })}>
                      First rows
                    </Button>
                  )
                }
              >
                {place.after === undefined ? 'No row is like that.' : 'No row after that is like that.'}
              </Empty>
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
                    if (changes.size === 0) setProblem(undefined);
                    edit(name, (now) => ({
                      ...now,
                      digest: now.changes.size === 0 ? (found?.digest ?? digest) : now.digest,
                      changes: withTyped(now.changes, row, task, typed),
                    }));
                  }}
                />
                <Paging
                  key={String(searchOf({ ...place, after: undefined }))}
                  place={place}
                  size={PAGE}
                  shown={[first, last]}
                  isLast={isLast}
                  rows={dataset.rows}
                  go={(after) => go({ after })}
                />
              </>
            );
          }}
        </Answer>
        {problem && changes.size > 0 && (
          <Notice kind="problem">
            {problemOf(problem)}{' '}
            {problem.graphQLErrors.some(({ extensions }) => extensions?.code === 'CONFLICT') && (
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
        <p ref={told} role="status" tabIndex={-1} className="quiet">
          {done}
        </p>
        {changes.size > 0 && (
          <section ref={bar} className={styles.unsaved} aria-label="Changes that are not saved">
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
