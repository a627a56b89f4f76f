import type { ReactNode } from 'react';
import styles from './tag.module.css';

/** A word that classes something at a glance, such as a status; its colour never says more than the word. */
export function Tag(props: {
  readonly tone?: 'plain' | 'accent' | 'good' | 'warning' | 'bad';
  readonly title?: string;
  readonly children: ReactNode;
}) {
  return (
    <span title={props.title} className={`${styles.tag} ${styles[props.tone ?? 'plain']}`}>
      {props.children}
    </span>
  );
}
