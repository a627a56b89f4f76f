import styles from './confidence-bars.module.css';
import { percent } from './numbers';

interface ConfidenceBarsProps {
  /** What the bars tell, such as "topic": read out before them. */
  readonly label: string;
  /** From 0 to 1, in the order to show. */
  readonly scores: readonly { readonly label: string; readonly score: number }[];
  /** The labels that were given: their bars have the accent. */
  readonly given: readonly string[];
}

/** Labels with their scores as bars: the length is the score, the number stands beside it. */
export function ConfidenceBars({ label, scores, given }: ConfidenceBarsProps) {
  return (
    <ul className={styles.bars} aria-label={label}>
      {scores.map(({ label, score }) => (
        <li key={label} data-given={given.includes(label) || undefined}>
          <span className={styles.label} title={label}>
            {label}
          </span>
          <span className={styles.track} aria-hidden="true">
            <span className={styles.bar} style={{ inlineSize: `${100 * score}%` }} />
          </span>
          <span className={styles.score}>{percent(score)}</span>
        </li>
      ))}
    </ul>
  );
}
