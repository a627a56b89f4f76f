import { count, counted } from '../../../parts/numbers';
import { Notice } from '../../../parts/states';
import styles from '../data.module.css';
import type { Refusal } from './send';

/** Why a file was not stored: its first problems, line by line. */
export function Refused({ refusal: { errors, count: all } }: { readonly refusal: Refusal }) {
  return (
    <Notice kind="problem">
      <p>
        <strong>Nothing was stored.</strong>{' '}
        {all > errors.length
          ? `${counted(all, 'problem')}, of which these are the first ${count(errors.length)}:`
          : all > 1
            ? `${counted(all, 'problem')}:`
            : ''}
      </p>
      <ul className={styles.problems}>
        {errors.map(({ message }) => (
          <li key={message}>{message}</li>
        ))}
      </ul>
    </Notice>
  );
}
