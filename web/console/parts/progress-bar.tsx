import styles from './progress-bar.module.css';

interface ProgressBarProps {
  /** What goes on, such as "Upload": read out with it. */
  readonly label: string;
  /** 0 to 1. */
  readonly share: number;
}

/** How much of something is done. */
export function ProgressBar({ label, share }: ProgressBarProps) {
  const percent = Math.round(100 * Math.min(1, Math.max(0, share)));
  return (
    <div
      className={styles.track}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
    >
      <div className={styles.done} style={{ inlineSize: `${percent}%` }} />
    </div>
  );
}
