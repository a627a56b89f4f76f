import type { ReactNode } from 'react';
import styles from './panel.module.css';

/** A surface that holds what belongs together. */
export function Panel({ children, label }: { readonly children: ReactNode; readonly label?: string }) {
  return label === undefined ? (
    <div className={styles.panel}>{children}</div>
  ) : (
    <section className={styles.panel} aria-label={label}>
      {children}
    </section>
  );
}

/** Names and values beside each other, such as the facts of a version. */
export function Facts({ facts }: { readonly facts: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className={styles.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
