import type { CombinedError } from '@urql/core';
import type { ReactNode } from 'react';
import { problemOf } from '../graphql/problem';
import { Button } from './button';
import styles from './states.module.css';

/** Where an answer is not there yet. Shown a moment later only, so that quick answers do not flicker. */
export function Loading({ what }: { readonly what: string }) {
  return (
    <div className={styles.loading} role="status">
      Loading {what} …
    </div>
  );
}

/** Where there is nothing to show: says why, and what to do about it. */
export function Empty({ children, action }: { readonly children: ReactNode; readonly action?: ReactNode }) {
  return (
    <div className={styles.empty}>
      <p>{children}</p>
      {action}
    </div>
  );
}

/** Something to know: a problem, a warning, or that something was done. Read out when it appears. */
export function Notice(props: { readonly kind: 'problem' | 'warning' | 'done'; readonly children: ReactNode }) {
  return (
    <div className={`${styles.notice} ${styles[props.kind]}`} role={props.kind === 'problem' ? 'alert' : 'status'}>
      {props.children}
    </div>
  );
}

/** What a query has come to, as urql tells it. */
export interface Asked<T> {
  readonly data?: T;
  readonly error?: CombinedError;
}

interface AnswerProps<T> {
  readonly of: Asked<T>;
  /** What is asked for, such as "versions": shown while it loads. */
  readonly what: string;
  readonly again?: () => void;
  readonly children: (data: T) => ReactNode;
}

/** Shows an answer; a sign of loading before it, and the problem where there is one, beside what was known before. */
export function Answer<T>({ of: { data, error }, what, again, children }: AnswerProps<T>) {
  return (
    <>
      {error && (
        <Notice kind="problem">
          {problemOf(error)}{' '}
          {again && (
            <Button look="quiet" onClick={again}>
              Try again
            </Button>
          )}
        </Notice>
      )}
      {data === undefined || data === null ? !error && <Loading what={what} /> : children(data)}
    </>
  );
}
