import { useCallback, useEffect, useState } from 'react';
import { useFollowed } from '../../jobs/follow';
import { type Epoch, type RunHistory } from '../../jobs/history';
import { hasEnded } from '../../jobs/job-status';
import { meanScore, shortId } from '../../jobs/words';
import { Button } from '../../parts/button';
import { SelectField } from '../../parts/field';
import { type Line, LineChart } from '../../parts/line-chart';
import { loss, percent } from '../../parts/numbers';
import { Section } from '../../parts/page';
import { Panel } from '../../parts/panel';
import styles from './runs.module.css';

const curves = {
  loss: 'Loss',
  score: 'Macro F1',
  rate: 'Learning rate',
} as const;
type Curve = keyof typeof curves;

/** The curves of several runs over their epochs, each with a letter at its end. */
export function Overlay({ ids, clear }: { readonly ids: readonly string[]; clear(): void }) {
  const [curve, setCurve] = useState<Curve>('loss');
  const [histories, setHistories] = useState<Readonly<Record<string, RunHistory>>>({});
  const keep = useCallback((history: RunHistory) => setHistories((all) => ({ ...all, [history.id]: history })), []);
  const shown = ids.flatMap((id) => histories[id] ?? []);
  const epochs = Math.max(0, ...shown.map(({ history }) => history.length));
  return (
    <Section
      title="Runs laid over each other"
      aside={
        <Button look="quiet" onClick={clear}>
          Untick all
        </Button>
      }
    >
      <Panel>
        <div className={styles.curve}>
          <SelectField
            label="Curve"
            value={curve}
            options={[
              { value: 'loss', title: 'Loss: validation, training dashed' },
              { value: 'score', title: 'Macro F1 on the validation rows' },
              { value: 'rate', title: 'Learning rate of the heads' },
            ]}
            onChange={setCurve}
          />
        </div>
        {ids.map((id) => (
          <Histories key={id} id={id} keep={keep} />
        ))}
        <LineChart
          label={`${curves[curve]} by epoch of the runs ${shown.map(({ id }) => shortId(id)).join(', ')}`}
          x={Array.from({ length: epochs }, (_, place) => place + 1)}
          xTitle="Epoch"
          lines={shown.flatMap((run) => linesOf(run, ids.indexOf(run.id), curve, epochs))}
          written={curve === 'score' ? percent : curve === 'loss' ? loss : undefined}
          height={260}
        />
      </Panel>
    </Section>
  );
}

/** Follows one run for the chart, and draws nothing itself. */
function Histories({ id, keep }: { readonly id: string; keep(history: RunHistory): void }) {
  const [open, setOpen] = useState(true);
  const history = useFollowed(id, open, ({ job }) => setOpen(!hasEnded(job.status)));
  useEffect(() => {
    if (history) keep(history);
  }, [history, keep]);
  return null;
}

function linesOf({ id, history }: RunHistory, place: number, curve: Curve, epochs: number): Line[] {
  const mark = String.fromCharCode(65 + place);
  const colour = (place % 8) + 1;
  const values = (value: (epoch: Epoch) => number | null | undefined) =>
    Array.from({ length: epochs }, (_, each) => (history[each] ? (value(history[each]) ?? null) : null));
  const line = (name: string, value: (epoch: Epoch) => number | null | undefined): Line => ({
    name: `${mark} ${shortId(id)}${name}`,
    colour,
    mark,
    values: values(value),
  });
  switch (curve) {
    case 'loss':
      return [
        line('', ({ validationLoss }) => validationLoss),
        { ...line(', training', ({ trainLoss }) => trainLoss), dashed: true, mark: undefined },
      ];
    case 'score':
      return [line('', ({ tasks }) => meanScore(tasks))];
    case 'rate':
      return [line('', ({ headLearningRate }) => headLearningRate)];
  }
}
