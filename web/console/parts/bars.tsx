import type { ReactNode } from 'react';
import styles from './bars.module.css';

interface BarsProps {
  /** What the bars tell, such as "topic": read out before them. */
  readonly label: string;
  /** In the order to show. */
  readonly bars: readonly Bar[];
}

interface Bar {
  readonly label: string;
  /** How long it is, 0 to 1. */
  readonly share: number;
  /** What stands beside it. */
  readonly figure: ReactNode;
  /** Some may stand out among others. */
  readonly look?: 'strong' | 'weak';
}

/** Labels with a bar each, and a figure beside it. */
export function Bars({ label, bars }: BarsProps) {
  return (
    <ul className={styles.bars} aria-label={label}>
      {bars.map(({ label, share, figure, look }) => (
        <li key={label} data-look={look}>
          <span className={styles.label} title={label} dir="auto">
            {label}
          </span>
          <span className={styles.track} aria-hidden="true">
            <span className={styles.bar} style={{ inlineSize: `${100 * share}%` }} />
          </span>
          <span className={styles.figure}>{figure}</span>
        </li>
      ))}
    </ul>
  );
}
