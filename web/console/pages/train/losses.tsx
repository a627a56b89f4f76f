import { type FieldProblems, problemAt } from '../../graphql/field-problems';
import { Field, FieldRow, SelectField } from '../../parts/field';
import type { Draft, LossWeighting } from './draft';

const weightings: readonly { readonly value: LossWeighting; readonly title: string; readonly says: string }[] = [
  { value: 'EQUAL', title: 'All the same', says: 'Every task counts the same.' },
  { value: 'FIXED', title: 'Given weights', says: 'Each task counts what you say.' },
  {
    value: 'UNCERTAINTY',
    title: 'Learned weights',
    says: 'A task counts less, the more of its loss cannot be got rid of (Kendall et al. 2018).',
  },
];

interface LossesProps {
  readonly draft: Draft;
  /** Tasks that are trained. */
  readonly tasks: readonly string[];
  readonly problems: FieldProblems;
  change(changed: Partial<Draft>): void;
}

/** How the losses of several tasks are summed. */
export function Losses({ draft, tasks, problems, change }: LossesProps) {
  const { lossWeighting, lossWeights } = draft;
  const general = problems.lossWeights;
  return (
    <>
      <SelectField
        label="Losses of the tasks"
        value={lossWeighting}
        options={weightings}
        hint={general ?? weightings.find(({ value }) => value === lossWeighting)?.says}
        onChange={(value) => change({ lossWeighting: value })}
      />
      {lossWeighting === 'FIXED' && (
        <FieldRow>
          {tasks.map((task, place) => (
            <Field key={task} label={`Weight of ${task}`} problem={problemAt(problems, `lossWeights[${place}]`)}>
              {(control) => (
                <input
                  {...control}
                  inputMode="decimal"
                  value={lossWeights[task] ?? '1'}
                  onChange={({ target }) => change({ lossWeights: { ...lossWeights, [task]: target.value } })}
                />
              )}
            </Field>
          ))}
        </FieldRow>
      )}
    </>
  );
}
