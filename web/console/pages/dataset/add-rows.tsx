import { useState } from 'react';
import { useMutation } from 'urql';
import { fieldProblems, problemAt } from '../../graphql/field-problems';
import { problemOf } from '../../graphql/problem';
import { Button } from '../../parts/button';
import { counted } from '../../parts/numbers';
import { Panel } from '../../parts/panel';
import { Notice } from '../../parts/states';
import { PasteField } from '../../rows/paste-field';
import { exampleInputs, pastedRows } from '../../rows/pasted';
import styles from './dataset.module.css';
import { edit } from './edits';
import { ADD, type Dataset } from './operations';

interface AddRowsProps {
  readonly dataset: Dataset;
  /** Asks for the data set again. */
  reload(): void;
}

/** Rows that are pasted go to the end of the data set. */
export function AddRows({ dataset: { name, digest }, reload }: AddRowsProps) {
  const [text, setText] = useState('');
  const [done, setDone] = useState('');
  const [adding, add] = useMutation(ADD);
  const pasted = pastedRows(text);
  const problems = fieldProblems(adding.error);
  const wrong = problemAt(problems, 'examples');
  return (
    <details className={styles.more}>
      <summary>Add rows</summary>
      <Panel>
        <form
          className={styles.add}
          onSubmit={async (event) => {
            event.preventDefault();
            const { data } = await add({ dataset: name, digest, examples: exampleInputs(pasted.examples) });
            if (!data) return;
            // Rows at the end change nothing for labels that were decided on those before.
            edit(name, (now) => (now.digest === digest ? { ...now, digest: data.addExamples.digest } : now));
            setDone(`${counted(pasted.examples.length, 'row')} added.`);
            setText('');
            reload();
          }}
        >
          <PasteField
            value={text}
            pasted={pasted}
            problem={wrong}
            onChange={(value) => {
              setDone('');
              setText(value);
            }}
          />
          {adding.error && !wrong && <Notice kind="problem">{problemOf(adding.error)}</Notice>}
          <div className={styles.send}>
            <Button
              type="submit"
              disabled={pasted.examples.length === 0 || pasted.problem !== undefined || adding.fetching}
            >
              Add the rows
            </Button>
            <span role="status">{done}</span>
          </div>
        </form>
      </Panel>
    </details>
  );
}
