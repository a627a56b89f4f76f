import { useState } from 'react';
import { Button } from '../../parts/button';
import { Field } from '../../parts/field';
import styles from './dataset.module.css';
import type { LabelledTask } from './operations';

interface BeginTaskProps {
  readonly taken: readonly string[];
  begin(task: LabelledTask): void;
}

/** A task that no row is labelled for yet. */
export function BeginTask({ taken, begin }: BeginTaskProps) {
  const [isOpen, setOpen] = useState(taken.length === 0);
  const [name, setName] = useState('');
  const [isMulti, setMulti] = useState(false);
  const wrong = taken.includes(name.trim()) ? `There is a task “${name.trim()}” already.` : undefined;
  return (
    <details className={styles.more} open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Begin another task</summary>
      <form
        className={styles.begin}
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() === '' || wrong) return;
          begin({ task: name.trim(), kind: isMulti ? 'MULTI_LABEL' : 'SINGLE_LABEL', labels: [] });
          setName('');
        }}
      >
        <Field label="Name of the task" problem={wrong}>
          {(control) => (
            <input
              {...control}
              value={name}
              autoComplete="off"
              spellCheck={false}
              onChange={({ target }) => setName(target.value)}
            />
          )}
        </Field>
        <label className={styles.tick}>
          <input type="checkbox" checked={isMulti} onChange={({ target }) => setMulti(target.checked)} />A row may have
          several of its labels
        </label>
        <Button type="submit" look="plain" disabled={name.trim() === '' || wrong !== undefined}>
          Begin
        </Button>
      </form>
    </details>
  );
}
