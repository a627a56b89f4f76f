import { Field } from '../parts/field';
import { counted } from '../parts/numbers';
import type { Pasted } from './pasted';

interface PasteFieldProps {
  readonly value: string;
  readonly pasted: Pasted;
  /** What the server finds wrong with the rows. */
  readonly problem?: string;
  onChange(value: string): void;
}

const EXAMPLE = 'text\ttopic\tsentiment\nWhat a match!\tsports\tpositive\nRain again.\tweather\tnegative';

/** Where a handful of rows is pasted from a table, or written. */
export function PasteField({ value, pasted, problem, onChange }: PasteFieldProps) {
  return (
    <Field
      label="Rows"
      problem={pasted.problem ?? problem}
      hint={
        pasted.examples.length > 0
          ? `${counted(pasted.examples.length, 'row')}.`
          : 'The first line names the columns: text, and one a task. Copy them from a table, or separate cells by commas. A column such as “tags[]” holds several labels, with | between them.'
      }
    >
      {(control) => (
        <textarea
          {...control}
          rows={8}
          value={value}
          placeholder={EXAMPLE}
          spellCheck={false}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  );
}
