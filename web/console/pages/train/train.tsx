import { useEffect, useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { useLocation, useSearchParams } from 'wouter';
import { fieldProblems, problemAt } from '../../graphql/field-problems';
import { problemOf } from '../../graphql/problem';
import { Button } from '../../parts/button';
import { Field, FieldRow, SelectField } from '../../parts/field';
import { focusPage } from '../../parts/focus-page';
import { Page } from '../../parts/page';
import { useSettled } from '../../parts/settled';
import { Notice } from '../../parts/states';
import { pastedRows } from '../../rows/pasted';
import { type Draft, type PromotionPolicy, readDraft } from './draft';
import { HyperparameterFields } from './hyperparameters';
import { useDraft } from './kept-draft';
import { Losses } from './losses';
import { MutationPanel } from './mutation-panel';
import { mutationText } from './mutation-text';
import { BASES, CHOICES, PLAN, TRAIN } from './operations';
import { PlanPanel } from './plan-panel';
import { Rows } from './rows';
import { Strategy } from './strategy';
import styles from './train.module.css';

const policies: readonly { readonly value: PromotionPolicy; readonly title: string; readonly says: string }[] = [
  {
    value: 'IF_BETTER',
    title: 'If it is better',
    says: 'It takes over “production” where nothing is served yet, or where, on rows that neither learned from, no task is worse beyond chance and one is better, or new, or was renamed or removed as asked; and where nothing that is served is missing.',
  },
  { value: 'NEVER', title: 'Never', says: 'It waits until somebody promotes it.' },
  { value: 'ALWAYS', title: 'Always', says: 'It takes over “production”, however good it is.' },
];

/** A training, put together: what it would do is told while one chooses, and it is followed once it is sent. */
export default function TrainPage() {
  const [search] = useSearchParams();
  const [starts, setStarts] = useState(0);
  return <Training key={`${starts} ${search}`} search={search} startOver={() => setStarts(starts + 1)} />;
}

interface TrainingProps {
  readonly search: URLSearchParams;
  /** Draws the form as it was at first, with nothing said of what was in it. */
  startOver(): void;
}

function Training({ search, startOver }: TrainingProps) {
  const [, navigate] = useLocation();
  const { draft, change, isBegun, forget } = useDraft(search);
  const [choices] = useQuery({ query: CHOICES });
  const model = useSettled(draft.model.trim());
  const [bases] = useQuery({ query: BASES, variables: { model }, pause: model === '' });
  const datasets = choices.data?.datasets;

  const tasks = tasksOf(draft, datasets ?? []);
  const { input, pasted, problems: mistyped } = readDraft(draft, tasks);
  const settled = useSettled(input === undefined ? '' : JSON.stringify(input));
  const [planned] = useQuery({
    query: PLAN,
    variables: { input: settled === '' ? { model: '' } : JSON.parse(settled) },
    pause: settled === '',
    requestPolicy: 'network-only',
  });
  const plan = useLast(settled === '' ? undefined : planned.data?.trainingPlan, settled === '');
  const [training, train] = useMutation(TRAIN);
  const error = training.error ?? (settled === '' ? undefined : planned.error);
  const problems = { ...fieldProblems(training.error), ...fieldProblems(planned.error), ...mistyped };
  const isSaid = error && Object.keys(fieldProblems(error)).length > 0;

  const base = draft.baseVersion
    ? bases.data?.model?.versions.find(({ number }) => String(number) === draft.baseVersion)
    : bases.data?.model?.production;
  const asked = draft.baseVersion === '' ? [] : [Number(draft.baseVersion)];
  const baseNumbers = bases.data ? (bases.data.model?.versions.map(({ number }) => number) ?? []) : asked;
  const heads = base?.tasks.map(({ task }) => task) ?? [];

  return (
    <Page
      title="Train"
      intro="Rows and a choice of what stays fixed make a new version of a model. Nothing that is served changes until it is promoted."
    >
      <form
        className={styles.form}
        noValidate
        onSubmit={async (event) => {
          event.preventDefault();
          if (!input) return;
          const { data } = await train({ input });
          if (!data) return;
          // It has become a run, which tells what was asked for: the next training begins anew.
          forget();
          navigate(`/runs/${data.train.id}`);
        }}
      >
        <div className={styles.parts}>
          <Rows draft={draft} pasted={pasted} datasets={datasets} tasks={tasks} problems={problems} change={change} />
          <fieldset className={styles.part}>
            <legend>Which model</legend>
            <FieldRow>
              <Field
                label="Model"
                problem={problemAt(problems, 'model')}
                hint={bases.data && !bases.data.model ? 'A new model: it begins with this training.' : undefined}
              >
                {(control) => (
                  <>
                    <input
                      {...control}
                      list="models"
                      value={draft.model}
                      autoComplete="off"
                      spellCheck={false}
                      onChange={({ target }) => change({ model: target.value, baseVersion: '', frozenHeads: [] })}
                    />
                    <datalist id="models">
                      {choices.data?.models.map(({ name }) => (
                        <option key={name}>{name}</option>
                      ))}
                    </datalist>
                  </>
                )}
              </Field>
              <SelectField
                label="Goes on from"
                problem={problemAt(problems, 'baseVersion')}
                value={draft.baseVersion}
                options={[
                  {
                    value: '',
                    title: bases.data?.model?.production
                      ? `production (now ${bases.data.model.production.number})`
                      : 'the pretrained encoder',
                  },
                  ...baseNumbers.map((number) => ({ value: String(number), title: `version ${number}` })),
                ]}
                onChange={(baseVersion) => change({ baseVersion, frozenHeads: [] })}
              />
            </FieldRow>
          </fieldset>
          <Strategy draft={draft} layers={plan?.encoderLayers ?? 6} heads={heads} problems={problems} change={change} />
          <fieldset className={styles.part}>
            <legend>How</legend>
            <HyperparameterFields draft={draft} plan={plan} problems={problems} change={change} />
            {tasks.length > 1 && (
              <Losses
                draft={draft}
                tasks={tasks.filter((task) => !draft.leftOut.includes(task))}
                problems={problems}
                change={change}
              />
            )}
            <SelectField
              label="Take over production"
              value={draft.promote}
              options={policies}
              hint={policies.find(({ value }) => value === draft.promote)?.says}
              onChange={(promote) => change({ promote })}
            />
          </fieldset>
        </div>
        <div className={styles.side}>
          <PlanPanel plan={plan} draft={draft} />
          {error && (
            <Notice kind="problem">
              {isSaid ? 'Something above cannot be used: ' : ''}
              {problemOf(error)}
            </Notice>
          )}
          <div className={styles.send}>
            <Button type="submit" disabled={!input || training.fetching}>
              Train
            </Button>
            {isBegun && (
              <Button
                look="plain"
                onClick={() => {
                  forget();
                  startOver();
                  focusPage();
                }}
              >
                Start over
              </Button>
            )}
            {!input && (
              <span className="quiet">
                {Object.keys(mistyped).length > 0 ? 'A field holds no number.' : 'Choose rows first.'}
              </span>
            )}
          </div>
          {input && <MutationPanel text={mutationText(input)} />}
        </div>
      </form>
    </Page>
  );
}

function tasksOf(
  { source, dataset, pasted }: Draft,
  datasets: readonly { readonly name: string; readonly tasks: readonly { readonly task: string }[] }[],
): readonly string[] {
  if (source === 'dataset') return datasets.find(({ name }) => name === dataset)?.tasks.map(({ task }) => task) ?? [];
  const { examples } = pastedRows(pasted);
  return [...new Set(examples.flatMap(({ labels }) => labels.map(({ task }) => task)))].sort();
}

/** The newest value there was: what was known stays while more is asked. */
function useLast<T>(value: T | undefined, forget: boolean): T | undefined {
  const [last, setLast] = useState(value);
  useEffect(() => {
    if (value !== undefined || forget) setLast(value);
  }, [value, forget]);
  return value ?? (forget ? undefined : last);
}
