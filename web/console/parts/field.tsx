import { type ReactNode, useId } from 'react';
import styles from './field.module.css';

/** What the control of a field must be given, so that its label, hint and problem are read out with it. */
export interface ControlProps {
  readonly id: string;
  readonly className: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': true | undefined;
}

interface FieldProps {
  readonly label: string;
  readonly hint?: ReactNode;
  /** What is wrong with the value, if anything. */
  readonly problem?: string;
  readonly children: (control: ControlProps) => ReactNode;
}

/** A label, the control that `children` draws, and what there is to say about it. */
export function Field({ label, hint, problem, children }: FieldProps) {
  const id = useId();
  const about = hint !== undefined || problem !== undefined ? `${id}-about` : undefined;
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        className: styles.control,
        'aria-describedby': about,
        'aria-invalid': problem === undefined ? undefined : true,
      })}
      {about && (
        <div id={about} className="quiet">
          {problem !== undefined && <p className={styles.problem}>{problem}</p>}
          {hint}
        </div>
      )}
    </div>
  );
}

interface SelectFieldProps<Value extends string> {
  readonly label: string;
  readonly hint?: ReactNode;
  /** What is wrong with the value, if anything. */
  readonly problem?: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly title: string }[];
  readonly onChange: (value: Value) => void;
}

/** One of a few values. One that is none of them is shown all the same, so that it does not look like another. */
export function SelectField<Value extends string>(props: SelectFieldProps<Value>) {
  const { label, hint, problem, value, options, onChange } = props;
  const isThere = options.some((option) => option.value === value);
  const shown = isThere ? options : [{ value, title: `${value} (not there)` }, ...options];
  return (
    <Field label={label} hint={hint} problem={problem}>
      {(control) => (
        <select
          {...control}
          value={value}
          onChange={({ target }) => {
            const chosen = options.find((option) => option.value === target.value);
            if (chosen) onChange(chosen.value);
          }}
        >
          {shown.map((option) => (
            <option key={option.value} value={option.value}>
              {option.title}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** Fields beside each other, as many as fit. */
export function FieldRow({ children }: { readonly children: ReactNode }) {
  return <div className={styles.row}>{children}</div>;
}
