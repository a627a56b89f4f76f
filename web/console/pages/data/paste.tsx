import { useState } from 'react';
import { useMutation } from 'urql';
import { useLocation } from 'wouter';
import { fieldProblems, problemAt } from '../../graphql/field-problems';
import { graphql } from '../../graphql/graphql';
import { problemOf } from '../../graphql/problem';
import { Button } from '../../parts/button';
import { Field } from '../../parts/field';
import { Panel } from '../../parts/panel';
import { Notice } from '../../parts/states';
import { PasteField } from '../../rows/paste-field';
import { exampleInputs, pastedRows } from '../../rows/pasted';
import styles from './data.module.css';

const CREATE = graphql(`
  mutation CreateDataset($name: String!, $examples: [ExampleInput!]!) {
    createDataset(name: $name, examples: $examples) { name rows digest }
  }
`);

/** A handful of rows becomes a data set. */
export function Paste({ taken }: { readonly taken: readonly string[] }) {
  const [, navigate] = useLocation();
  const [name, setName] = useState('');
  const [text, setText] = useState('');
  const [creation, create] = useMutation(CREATE);
  const pasted = pastedRows(text);
  const problems = fieldProblems(creation.error);
  return (
    <details className={styles.more}>
      <summary>Paste a handful of rows instead</summary>
      <Panel>
        <form
          className="stack"
          onSubmit={async (event) => {
            event.preventDefault();
            const { data } = await create({ name, examples: exampleInputs(pasted.examples) });
            if (data) navigate(`/data/${name}`);
          }}
        >
          <Field
            label="Name of the data set"
            problem={problemAt(problems, 'name')}
            hint={taken.includes(name) ? `There is a data set “${name}”: this one takes its place.` : undefined}
          >
            {(control) => (
              <input
                {...control}
                value={name}
                required
                autoComplete="off"
                spellCheck={false}
                onChange={({ target }) => setName(target.value)}
              />
            )}
          </Field>
          <PasteField value={text} pasted={pasted} problem={problemAt(problems, 'examples')} onChange={setText} />
          {creation.error && Object.keys(problems).length === 0 && (
            <Notice kind="problem">{problemOf(creation.error)}</Notice>
          )}
          <div>
            <Button
              type="submit"
              disabled={pasted.examples.length === 0 || pasted.problem !== undefined || creation.fetching}
            >
              Store the rows
            </Button>
          </div>
        </form>
      </Panel>
    </details>
  );
}
