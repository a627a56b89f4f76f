import { useState } from 'react';
import { type FieldProblems, problemAt } from '../../graphql/field-problems';
import { Field, FieldRow } from '../../parts/field';
import { type Draft, type HyperparameterName, wholeNames } from './draft';
import type { Plan } from './operations';
import styles from './train.module.css';

const fields: readonly { readonly name: HyperparameterName; readonly title: string; readonly says: string }[] = [
  { name: 'epochs', title: 'Epochs, at most', says: 'Times that every row is learned from.' },
  { name: 'patience', title: 'Patience', says: 'Epochs without a better validation score after which it stops.' },
  { name: 'batchSize', title: 'Batch size', says: 'Rows a step.' },
  { name: 'headLearningRate', title: 'Learning rate of the heads', says: 'The highest.' },
  { name: 'encoderLearningRate', title: 'Learning rate of the encoder', says: 'The highest.' },
  { name: 'warmupRatio', title: 'Warm-up', says: 'Share of the steps in which the rates rise from 0.' },
  { name: 'weightDecay', title: 'Weight decay', says: 'Decoupled, as in AdamW.' },
  { name: 'dropout', title: 'Dropout', says: 'Share of inputs and activations left out in a step.' },
  { name: 'maxGradNorm', title: 'Gradient norm, at most', says: '0: not clipped.' },
  { name: 'hiddenUnits', title: 'Hidden units', says: 'Of new heads; 0: linear heads.' },
  { name: 'maxTokens', title: 'Tokens a text, at most', says: 'That are learned from.' },
];

interface HyperparametersProps {
  readonly draft: Draft;
  /** What the server would take, if it could tell. */
  readonly plan: Plan | undefined;
  readonly problems: FieldProblems;
  change(changed: Partial<Draft>): void;
}

/** What shapes the learning, out of the way until somebody wants it: an empty field means the default, which it shows. */
export function HyperparameterFields({ draft, plan, problems, change }: HyperparametersProps) {
  const [isOpen, setOpen] = useState(false);
  const given = draft.hyperparameters;
  const shown = fields.filter(
    ({ name }) => draft.backbone !== 'FULL' || (name !== 'encoderLearningRate' && name !== 'maxTokens'),
  );
  const isWrong = problemAt(problems, 'hyperparameters', 'validationSplit', 'seed') !== undefined;
  return (
    <details
      className={styles.more}
      open={isOpen || isWrong}
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary>Hyperparameters: the defaults are good untouched</summary>
      <FieldRow>
        {shown.map(({ name, title, says }) => (
          <NumberField
            key={name}
            title={title}
            says={says}
            whole={wholeNames.has(name)}
            usual={defaultOf(plan, name, given[name])}
            value={given[name] ?? ''}
            problem={problemAt(problems, `hyperparameters.${name}`)}
            onChange={(value) => change({ hyperparameters: { ...given, [name]: value } })}
          />
        ))}
        <NumberField
          title="Validation split"
          says="Share of the rows that only measure; 0.1 as a rule."
          value={draft.validationSplit}
          problem={problemAt(problems, 'validationSplit')}
          onChange={(validationSplit) => change({ validationSplit })}
        />
        <NumberField
          title="Seed"
          says="The same seed, rows and settings give the same weights; 42 as a rule."
          whole
          value={draft.seed}
          problem={problemAt(problems, 'seed')}
          onChange={(seed) => change({ seed })}
        />
      </FieldRow>
    </details>
  );
}

/** The plan tells the default only of what nobody gave. */
const defaultOf = (plan: Plan | undefined, name: HyperparameterName, given: string | undefined): string | undefined => {
  const value = plan?.hyperparameters[name];
  return given || value == null ? undefined : String(Number(value.toPrecision(3)));
};

interface NumberFieldProps {
  readonly title: string;
  readonly says: string;
  readonly whole?: boolean;
  /** What an empty field means. */
  readonly usual?: string;
  readonly value: string;
  readonly problem: string | undefined;
  onChange(value: string): void;
}

function NumberField({ title, says, whole = false, usual, value, problem, onChange }: NumberFieldProps) {
  return (
    <Field label={title} problem={problem} hint={usual === undefined ? says : `${says} ${usual} when empty.`}>
      {(control) => (
        <input
          {...control}
          inputMode={whole ? 'numeric' : 'decimal'}
          autoComplete="off"
          value={value}
          placeholder={usual}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  );
}
