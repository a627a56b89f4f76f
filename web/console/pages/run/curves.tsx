import type { Epoch } from '../../jobs/history';
import { type Line, LineChart } from '../../parts/line-chart';
import { count, fixed, loss, percent } from '../../parts/numbers';
import { Section } from '../../parts/page';
import { Panel } from '../../parts/panel';
import { Table } from '../../parts/table';
import { duration } from '../../parts/times';
import styles from './run.module.css';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

type EpochTask = Epoch['tasks'][number];

/** Loss, score and learning rate over the epochs: by task, in colours that stay the task's own. */
export function Curves({ epochs }: { readonly epochs: readonly Epoch[] }) {
  const tasks = [...new Set(epochs.flatMap(({ tasks }) => tasks.map(({ task }) => task)))];
  const x = epochs.map(({ epoch }) => epoch);
  const last = epochs.at(-1);
  const lineOf = (
    name: string,
    value: (epoch: Epoch) => number | null | undefined,
    rest: Partial<Line> = {},
  ): Line => ({
    name,
    values: epochs.map((epoch) => value(epoch) ?? null),
    ...rest,
  });
  const byTask = (value: (task: EpochTask) => number | null, suffix = '', rest: Partial<Line> = {}): Line[] =>
    tasks.map((task, place) =>
      lineOf(
        `${markOf(place)}${task}${suffix}`,
        (epoch) => epoch.tasks.flatMap((each) => (each.task === task ? [value(each)] : []))[0],
        { colour: (place % 8) + 1, mark: tasks.length > 1 ? LETTERS[place] : undefined, ...rest },
      ),
    );
  const markOf = (place: number) => (tasks.length > 1 && LETTERS[place] ? `${LETTERS[place]} ` : '');
  const isKnown = (line: Line) => line.values.some((value) => value !== null);
  const losses = [
    ...byTask((task) => task.loss),
    ...byTask(({ trainLoss }) => trainLoss, ', training', { dashed: true, mark: undefined }),
  ].filter(isKnown);
  const scores = byTask(({ macroF1 }) => macroF1).filter(isKnown);
  const rates = [
    lineOf('heads', ({ headLearningRate }) => headLearningRate),
    lineOf('encoder', ({ encoderLearningRate }) => encoderLearningRate, { colour: 2 }),
  ].filter(isKnown);
  const sums = [
    lineOf('validation', ({ validationLoss }) => validationLoss),
    lineOf('training', ({ trainLoss }) => trainLoss, { dashed: true, colour: 1 }),
  ].filter(isKnown);
  const chart = (
    title: string,
    label: string,
    lines: readonly Line[],
    written?: (value: number) => string,
    range?: readonly [number, number],
  ) =>
    lines.length > 0 && (
      <Panel key={title}>
        <h3 className={styles.chartTitle}>{title}</h3>
        <LineChart label={label} x={x} xTitle="Epoch" lines={lines} range={range} written={written} height={190} />
      </Panel>
    );
  return (
    <Section title="Curves" aside={last && `epoch ${last.epoch}, ${count(last.examplesPerSecond)} rows/s`}>
      <div className={styles.charts}>
        {tasks.length > 1 &&
          chart('Loss of all tasks', `Loss by epoch, summed over the tasks. ${shownLoss(last)}`, sums, loss)}
        {chart('Loss by task', `Validation and training loss of each task by epoch. ${shownLoss(last)}`, losses, loss)}
        {chart(
          'Macro F1 by task',
          `Macro F1 of each task on the validation rows by epoch. ${shownScores(last)}`,
          scores,
          percent,
          scoreRange(scores),
        )}
        {rates.map((line) =>
          chart(`Learning rate, ${line.name}`, `Learning rate of the ${line.name} by epoch.`, [line], (value) =>
            value === 0 ? '0' : value < 0.001 ? value.toExponential(1) : String(Number(value.toPrecision(3))),
          ),
        )}
      </div>
      <details className={styles.numbers}>
        <summary>The same in numbers</summary>
        <Numbers epochs={epochs} tasks={tasks} />
      </details>
    </Section>
  );
}

/** Epochs in the table: the newest. */
const SHOWN = 100;

function Numbers({ epochs, tasks }: { readonly epochs: readonly Epoch[]; readonly tasks: readonly string[] }) {
  const ofTask = (epoch: Epoch, task: string) => epoch.tasks.find((each) => each.task === task);
  return (
    <Table
      caption="Epochs, newest first"
      rows={epochs.slice(-SHOWN).reverse()}
      keyOf={({ epoch }) => epoch}
      columns={[
        { title: 'Epoch', kind: 'number', cell: ({ epoch }) => epoch },
        { title: 'Training loss', kind: 'number', cell: ({ trainLoss }) => fixed(trainLoss, 4) },
        { title: 'Validation loss', kind: 'number', cell: ({ validationLoss }) => shownNumber(validationLoss) },
        ...tasks.flatMap((task) => [
          {
            title: `${task}: loss`,
            kind: 'number',
            cell: (each: Epoch) => shownNumber(ofTask(each, task)?.loss),
          } as const,
          {
            title: `${task}: macro F1`,
            kind: 'number',
            cell: (each: Epoch) => shownShare(ofTask(each, task)?.macroF1),
          } as const,
        ]),
        { title: 'Rows/s', kind: 'number', cell: ({ examplesPerSecond }) => count(examplesPerSecond) },
        {
          title: 'Time so far',
          kind: 'number',
          cell: ({ phases }) => duration(phases.reduce((sum, { seconds }) => sum + seconds, 0)),
        },
      ]}
    />
  );
}

/** From the tenth below the lowest score to 1, so that small differences are seen and the axis rarely jumps. */
function scoreRange(lines: readonly Line[]): readonly [number, number] {
  const lowest = Math.min(1, ...lines.flatMap(({ values }) => values.filter((value) => value !== null)));
  return [Math.max(0, Math.ceil(10 * lowest - 1) / 10), 1];
}

const shownNumber = (value: number | null | undefined): string => (value == null ? '–' : fixed(value, 4));
const shownShare = (value: number | null | undefined): string => (value == null ? '–' : percent(value));

const shownLoss = (last: Epoch | undefined): string =>
  last
    ? `Epoch ${last.epoch}: training ${loss(last.trainLoss)}${last.validationLoss === null ? '' : `, validation ${loss(last.validationLoss)}`}.`
    : '';

const shownScores = (last: Epoch | undefined): string =>
  last
    ? `Epoch ${last.epoch}: ${last.tasks.flatMap(({ task, macroF1 }) => (macroF1 === null ? [] : [`${task} ${percent(macroF1)}`])).join(', ')}.`
    : '';
