import { percent } from '../../parts/numbers';
import styles from './measures.module.css';

interface ReliabilityProps {
  readonly task: string;
  readonly bins: readonly { readonly rows: number; readonly confidence: number; readonly accuracy: number }[];
}

/** In pixels of the picture. */
const SIZE = 300;
const LEFT = 40;
const BOTTOM = 34;
const BARS = 44;

/** Whether confidence means how often the head is right: points on the diagonal do; bars below tell how many rows each stands for. */
export function Reliability({ task, bins }: ReliabilityProps) {
  const filled = bins.filter(({ rows }) => rows > 0);
  const most = Math.max(1, ...filled.map(({ rows }) => rows));
  const x = (share: number) => LEFT + share * SIZE;
  const y = (share: number) => 8 + (1 - share) * SIZE;
  // A bin of two rows says little: it is drawn small.
  const weight = (rows: number) => Math.sqrt(rows / most);
  const foot = 8 + SIZE + BARS;
  return (
    <figure className={styles.figure}>
      <figcaption>Reliability: how often it is right, by how sure it is</figcaption>
      <div className={styles.reliability}>
        <svg viewBox={`0 0 ${LEFT + SIZE + 12} ${foot + BOTTOM}`} role="img" aria-label={inWords(task, filled)}>
          {[0, 0.25, 0.5, 0.75, 1].map((share) => (
            <g key={share}>
              <path className={styles.grid} d={`M${x(0)} ${y(share)}H${x(1)}`} />
              <text x={LEFT - 6} y={y(share) + 4} textAnchor="end">
                {100 * share}
              </text>
              <text x={x(share)} y={foot + 16} textAnchor="middle">
                {100 * share}
              </text>
            </g>
          ))}
          <text x={x(0.5)} y={foot + 31} textAnchor="middle">
            confidence, %
          </text>
          <path className={styles.diagonal} d={`M${x(0)} ${y(0)}L${x(1)} ${y(1)}`} />
          {filled.map(({ rows, confidence, accuracy }) => (
            <g key={confidence}>
              <rect
                className={styles.rows}
                x={x(confidence) - 7}
                width={14}
                y={foot - (rows / most) * (BARS - 8)}
                height={(rows / most) * (BARS - 8)}
              />
              <path
                className={styles.gap}
                d={`M${x(confidence)} ${y(confidence)}V${y(accuracy)}`}
                strokeWidth={6 * weight(rows)}
              />
              <circle className={styles.point} cx={x(confidence)} cy={y(accuracy)} r={2 + 5 * weight(rows)}>
                <title>{`${rows} rows, sure by ${percent(confidence)}, right ${percent(accuracy)}`}</title>
              </circle>
            </g>
          ))}
        </svg>
      </div>
    </figure>
  );
}

const inWords = (task: string, bins: ReliabilityProps['bins']): string =>
  `Reliability of ${task}. ${bins
    .map(({ rows, confidence, accuracy }) => `${rows} rows sure by ${percent(confidence)}: right ${percent(accuracy)}`)
    .join('; ')}`;
