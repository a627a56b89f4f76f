import { Table } from '../../parts/table';
import type { ConfusionProps } from './confusion';
import styles from './measures.module.css';

const MOST_PAIRS = 10;

/** The pairs of labels of which one is taken for the other most often. */
export function MostConfused({ task, labels, counts }: ConfusionProps) {
  const pairs = counts
    .flatMap((row, right) => row.map((count, predicted) => ({ right, predicted, count })))
    .filter(({ right, predicted, count }) => right !== predicted && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, MOST_PAIRS);
  if (pairs.length === 0) return null;
  return (
    <figure className={styles.figure}>
      <figcaption>Confused most</figcaption>
      <Table
        caption={`What ${task} confuses most`}
        rows={pairs}
        keyOf={({ right, predicted }) => `${right} ${predicted}`}
        columns={[
          { title: 'Right label', cell: ({ right }) => labels[right] },
          { title: 'Taken for', cell: ({ predicted }) => labels[predicted] },
          { title: 'Rows', kind: 'number', cell: ({ count }) => count },
        ]}
      />
    </figure>
  );
}
