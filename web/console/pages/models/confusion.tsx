import { LongName } from '../../parts/long-name';
import { Panel } from '../../parts/panel';
import styles from './measures.module.css';

export interface ConfusionProps {
  readonly task: string;
  readonly labels: readonly string[];
  /** [right label][predicted label], in the order of `labels`. */
  readonly counts: readonly (readonly number[])[];
}

/** Labels up to which the matrix is a table of numbers; with more it is a picture, and `MostConfused` tells what it shows. */
export const MOST_NUMBERS = 12;

/** Which label is taken for which. */
export function Confusion(props: ConfusionProps) {
  return (
    <figure className={styles.figure}>
      <figcaption>Confusion: rows by right label, columns by what the head said</figcaption>
      {props.labels.length <= MOST_NUMBERS ? <Matrix {...props} /> : <Picture {...props} />}
    </figure>
  );
}

function Matrix({ task, labels, counts }: ConfusionProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className={styles.matrix} aria-label={`Confusion of ${task}`} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Right label</th>
            {labels.map((label) => (
              <th key={label} scope="col">
                <LongName>{label}</LongName>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {labels.map((right, row) => (
            <tr key={right}>
              <th scope="row">
                <LongName>{right}</LongName>
              </th>
              {labels.map((predicted, column) => (
                <td key={predicted} {...shadeOf(counts[row], column, row === column)}>
                  {counts[row][column]}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Picture({ task, labels, counts }: ConfusionProps) {
  const cells = counts.flatMap((row, right) =>
    row.flatMap((count, predicted) => (count === 0 ? [] : [{ right, predicted, count }])),
  );
  return (
    <Panel>
      <svg
        className={styles.picture}
        viewBox={`0 0 ${labels.length} ${labels.length}`}
        role="img"
        aria-label={`Confusion of ${task} as a picture; what is confused most is listed beside it`}
      >
        {cells.map(({ right, predicted }) => (
          <rect
            key={`${right} ${predicted}`}
            x={predicted}
            y={right}
            width={0.92}
            height={0.92}
            {...shadeOf(counts[right], predicted, right === predicted)}
          >
            <title>{`${labels[right]} taken for ${labels[predicted]}: ${counts[right][predicted]}`}</title>
          </rect>
        ))}
      </svg>
    </Panel>
  );
}

/** How dark a cell is: its share of the rows of its right label, in five steps; what is right has another colour than what is wrong. */
function shadeOf(row: readonly number[], column: number, isRight: boolean) {
  const total = row.reduce((sum, count) => sum + count, 0);
  const step = row[column] === 0 ? 0 : Math.max(1, Math.ceil((5 * row[column]) / total));
  return { 'data-shade': step, 'data-right': isRight || undefined };
}
