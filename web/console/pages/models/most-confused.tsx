import { useState } from 'react';
import { LongName } from '../../parts/long-name';
import { counted } from '../../parts/numbers';
import { Table } from '../../parts/table';
import { WholeToggle } from '../../parts/whole-toggle';
import type { ConfusionProps } from './confusion';
import styles from './measures.module.css';

/** Pairs shown before somebody asks for all. */
const FIRST_PAIRS = 10;

/** The pairs of labels of which one is taken for the other, most often first. */
export function MostConfused({ task, labels, counts }: ConfusionProps) {
  const [isWhole, setWhole] = useState(false);
  const pairs = counts
    .flatMap((row, right) => row.map((count, predicted) => ({ right, predicted, count })))
    .filter(({ right, predicted, count }) => right !== predicted && count > 0)
    .sort((a, b) => b.count - a.count);
  if (pairs.length === 0) return null;
  return (
    <figure className={styles.figure}>
      <figcaption>Confused most</figcaption>
      <Table
        caption={`What ${task} confuses most`}
        rows={isWhole ? pairs : pairs.slice(0, FIRST_PAIRS)}
        keyOf={({ right, predicted }) => `${right} ${predicted}`}
        columns={[
          { title: 'Right label', cell: ({ right }) => <LongName>{labels[right]}</LongName> },
          { title: 'Taken for', cell: ({ predicted }) => <LongName>{labels[predicted]}</LongName> },
          { title: 'Rows', kind: 'number', cell: ({ count }) => count },
        ]}
      />
      {pairs.length > FIRST_PAIRS && (
        <div>
          <WholeToggle
            isWhole={isWhole}
            all={`All ${counted(pairs.length, 'pair')}`}
            beginning="Only the most"
            setWhole={setWhole}
          />
        </div>
      )}
    </figure>
  );
}
