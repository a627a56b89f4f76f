import { useState } from 'react';
import { Button } from '../../parts/button';
import { count, percent } from '../../parts/numbers';
import { type Column, Table } from '../../parts/table';
import type { Classification } from './classify';
import styles from './try.module.css';

/** Rows shown before somebody asks for all. */
const FIRST_ROWS = 20;

interface OverviewProps {
  readonly answers: readonly Classification[];
  readonly chosen: number;
  choose(place: number): void;
}

/** A row a text with the labels it was given; the text of a row shows it in full below. */
export function Overview({ answers, chosen, choose }: OverviewProps) {
  const [isWhole, setWhole] = useState(false);
  const rows = answers.map((answer, place) => ({ ...answer, place }));
  const columns: Column<(typeof rows)[number]>[] = [
    {
      title: 'Text',
      kind: 'long',
      cell: ({ text, place }) => (
        <button type="button" className={styles.chosen} aria-pressed={place === chosen} onClick={() => choose(place)}>
          {text}
        </button>
      ),
    },
    ...answers[0].predictions.map(({ task }, head) => ({
      title: task,
      cell: ({ predictions }: Classification) => (
        <span className={styles.given}>
          <span>{shownLabels(predictions[head])}</span>
          <span className="quiet">{percent(predictions[head].confidence)}</span>
        </span>
      ),
    })),
  ];
  return (
    <div>
      <Table
        caption="Texts and their labels"
        rows={isWhole ? rows : rows.slice(0, FIRST_ROWS)}
        keyOf={({ place }) => place}
        isMarked={({ place }) => place === chosen}
        columns={columns}
      />
      {!isWhole && rows.length > FIRST_ROWS && (
        <Button look="quiet" onClick={() => setWhole(true)}>
          Show all {count(rows.length)} texts
        </Button>
      )}
    </div>
  );
}

const shownLabels = ({ abstained, labels }: Classification['predictions'][number]): string =>
  abstained ? 'out of scope' : labels.join(', ') || 'none';
