import { useState } from 'react';
import { LongName } from '../../parts/long-name';
import { counted, fixed, percent } from '../../parts/numbers';
import { type Column, Table } from '../../parts/table';
import { WholeToggle } from '../../parts/whole-toggle';
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
        <button
          type="button"
          className={styles.chosen}
          aria-pressed={place === chosen}
          dir="auto"
          onClick={() => choose(place)}
        >
          {text}
        </button>
      ),
    },
    ...answers[0].predictions.map(({ task }, head) => ({
      title: task,
      cell: ({ predictions }: Classification) => (
        <span className={styles.given}>
          <LongName>{shownLabels(predictions[head])}</LongName>
          <Certainty of={predictions[head]} />
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
      {rows.length > FIRST_ROWS && (
        <WholeToggle
          isWhole={isWhole}
          all={`All ${counted(rows.length, 'text')}`}
          beginning="Only the first"
          setWhole={setWhole}
        />
      )}
    </div>
  );
}

type Prediction = Classification['predictions'][number];

/** How sure the answer is; where it is none, how little the text looks like the label that was withheld. */
function Certainty({ of: { abstained, confidence, outOfScopeScore } }: { readonly of: Prediction }) {
  if (!abstained) return <span className="quiet">{percent(confidence)}</span>;
  return (
    outOfScopeScore !== null && (
      <span className="quiet" title="How little the text looks like those of its label, 0 to 1">
        score {fixed(outOfScopeScore, 2)}
      </span>
    )
  );
}

const shownLabels = ({ abstained, labels }: Prediction): string =>
  abstained ? 'out of scope' : labels.join(', ') || 'none';
