import { useState } from 'react';
import { Button } from '../../parts/button';
import { count } from '../../parts/numbers';
import styles from './dataset.module.css';
import type { Place } from './place';

interface PagingProps {
  readonly place: Place;
  /** Rows of a page. */
  readonly size: number;
  /** The first and the last row that is shown, counted from 0. */
  readonly shown: readonly [first: number, last: number];
  readonly isLast: boolean;
  /** Rows of the data set. */
  readonly rows: number;
  go(after: number | undefined): void;
}

/** The ways to other rows: a page on, a page back, or straight to a row. */
export function Paging({ place, size, shown: [first, last], isLast, rows, go }: PagingProps) {
  const { after, task, label, unlabelled } = place;
  /** From which place each was come to: where rows are left out, only that tells how far a page back is. */
  const [ways, setWays] = useState<ReadonlyMap<number, number | undefined>>(new Map());
  const isWhole = task === undefined && label === undefined && !unlabelled;
  const isKnown = after !== undefined && (isWhole || ways.has(after));
  // Both stay on the first and the last page, and the focus with the one that was pressed.
  const isPaged = after !== undefined || !isLast;
  const goBack = () => {
    if (after !== undefined) go(isWhole ? backFrom(after, size) : ways.get(after));
  };
  const goOn = () => {
    // Pressed twice before the next page is there, it still is one page on.
    if (isLast || last === after) return;
    setWays(new Map(ways).set(last, after));
    go(last);
  };
  return (
    <nav className={styles.paging} aria-label="Pages of rows">
      {isPaged && (
        <>
          <Button look="plain" aria-disabled={after === undefined} onClick={goBack}>
            {after === undefined || isKnown ? 'Previous' : 'First rows'}
          </Button>
          <Button look="plain" aria-disabled={isLast} onClick={goOn}>
            Next
          </Button>
        </>
      )}
      <FromRow rows={rows} go={go} />
      <span role="status">
        Rows {count(first + 1)} to {count(last + 1)} of {count(rows)}
      </span>
    </nav>
  );
}

const backFrom = (after: number, size: number): number | undefined => (after >= size ? after - size : undefined);

/** Any row of a large data set without turning all pages before it. */
function FromRow({ rows, go }: Pick<PagingProps, 'rows' | 'go'>) {
  return (
    <form
      className={styles.from}
      action={(form) => {
        const row = Number(form.get('row'));
        go(row > 1 ? row - 2 : undefined);
      }}
    >
      <label>
        From row <input className={styles.fromRow} name="row" type="number" min={1} max={rows} required />
      </label>
      <Button type="submit" look="plain">
        Go
      </Button>
    </form>
  );
}
