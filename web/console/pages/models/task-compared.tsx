import { graphql, type ResultOf } from '../../graphql/graphql';
import { LongName } from '../../parts/long-name';
import { LongText } from '../../parts/long-text';
import { counted, percent, points } from '../../parts/numbers';
import { Section } from '../../parts/page';
import { Table } from '../../parts/table';
import styles from './compare.module.css';

export const taskComparedFields = graphql(`
  fragment TaskCompared on TaskComparison {
    task
    rows
    accuracy {
      a
      b
      value
      low
      high
    }
    macroF1 {
      a
      b
      value
      low
      high
    }
    disagreementCount
    disagreements(first: 50) {
      row
      text
      labels
      a
      b
    }
  }
`);

type Compared = ResultOf<typeof taskComparedFields>;
type Difference = Compared['accuracy'];

interface TaskComparedProps {
  readonly compared: Compared;
  readonly a: number;
  readonly b: number;
}

/** How two versions do at one task: the difference with its interval, and the rows they answer differently. */
export function TaskCompared({ compared, a, b }: TaskComparedProps) {
  const { task, rows, accuracy, macroF1, disagreementCount, disagreements } = compared;
  const measures = [
    { name: 'Accuracy', ...accuracy },
    { name: 'Macro F1', ...macroF1 },
  ];
  const widest = Math.max(0.001, ...measures.flatMap(({ low, high }) => [Math.abs(low), Math.abs(high)]));
  return (
    <Section title={task} aside={`${counted(rows, 'row')}, ${disagreementCount} answered differently`}>
      <div className="stack">
        <Table
          caption={`${task}: version ${a} and version ${b}`}
          rows={measures}
          keyOf={({ name }) => name}
          columns={[
            { title: 'Measure', cell: ({ name }) => name },
            { title: `Version ${a}`, kind: 'number', cell: ({ a }) => (a === null ? '–' : percent(a)) },
            { title: `Version ${b}`, kind: 'number', cell: ({ b }) => (b === null ? '–' : percent(b)) },
            { title: 'Points', kind: 'number', cell: ({ value }) => points(value) },
            {
              title: '95 % interval',
              kind: 'number',
              cell: ({ low, high }) => `${points(low)} to ${points(high)}`,
            },
            { title: 'Difference', cell: (difference) => <Interval {...difference} widest={widest} /> },
            { title: 'Verdict', cell: (difference) => verdict(difference, b) },
          ]}
        />
        {disagreements.length > 0 && (
          <Table
            caption={`Rows that version ${a} and version ${b} answer differently at ${task}`}
            rows={disagreements}
            keyOf={({ row }) => row}
            columns={[
              { title: 'Text', kind: 'long', cell: ({ text }) => <LongText>{text}</LongText> },
              { title: 'Right', cell: ({ labels }) => <LongName>{labels.join(', ') || 'none'}</LongName> },
              { title: `Version ${a}`, cell: ({ a, labels }) => <Said said={a} right={labels} /> },
              { title: `Version ${b}`, cell: ({ b, labels }) => <Said said={b} right={labels} /> },
            ]}
          />
        )}
        {disagreementCount > disagreements.length && (
          <p>
            The first {disagreements.length} of {disagreementCount} such rows.
          </p>
        )}
      </div>
    </Section>
  );
}

/** What a version said of a row, and whether that is right. */
function Said({ said, right }: { readonly said: readonly string[]; readonly right: readonly string[] }) {
  const isRight = said.length === right.length && said.every((label) => right.includes(label));
  return (
    <span className={isRight ? styles.right : styles.wrong}>
      {isRight ? '✓' : '✗'}
      <span className="unseen">{isRight ? ' right:' : ' wrong:'}</span> <LongName>{said.join(', ') || 'none'}</LongName>
    </span>
  );
}

/** Width of the picture in pixels. */
const WIDTH = 160;

/** A difference as a point with its interval around the line of no difference. */
function Interval({ value, low, high, widest }: Difference & { readonly widest: number }) {
  const x = (difference: number) => WIDTH / 2 + (difference / widest) * (WIDTH / 2 - 6);
  return (
    <svg className={styles.interval} width={WIDTH} height={20} aria-hidden="true">
      <path className={styles.none} d={`M${WIDTH / 2} 0V20`} />
      <path className={styles.range} d={`M${x(low)} 10H${x(high)}M${x(low)} 6V14M${x(high)} 6V14`} />
      <circle cx={x(value)} cy={10} r={4} />
    </svg>
  );
}

function verdict({ low, high }: Difference, b: number): string {
  if (low > 0) return `version ${b} is better`;
  return high < 0 ? `version ${b} is worse` : 'no difference is certain';
}
