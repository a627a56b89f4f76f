import { useState } from 'react';
import { LongName } from '../../parts/long-name';
import { counted, fixed, percent } from '../../parts/numbers';
import { type Column, Table } from '../../parts/table';
import { WholeToggle } from '../../parts/whole-toggle';

interface LabelRow {
  readonly label: string;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly support: number;
  /** The score from which on the label is given, where the head has one a label. */
  readonly threshold: number | undefined;
}

/** Labels shown before somebody asks for all. */
const FIRST_LABELS = 12;

/** Each label for itself, worst first: where rows are missing, or labels overlap. */
export function LabelTable({ task, rows }: { readonly task: string; readonly rows: readonly LabelRow[] }) {
  const [isWhole, setWhole] = useState(false);
  // A label without rows to measure on has no score, so it is not the worst.
  const worstFirst = [...rows].sort((a, b) => (a.support > 0 ? a.f1 : 2) - (b.support > 0 ? b.f1 : 2));
  const share = (title: string, of: (row: LabelRow) => number): Column<LabelRow> => ({
    title,
    kind: 'number',
    cell: (row) => (row.support > 0 ? percent(of(row)) : '–'),
  });
  return (
    <div>
      <Table<LabelRow>
        caption={`Labels of ${task}, worst first`}
        rows={isWhole ? worstFirst : worstFirst.slice(0, FIRST_LABELS)}
        keyOf={({ label }) => label}
        columns={[
          { title: 'Label, worst first', cell: ({ label }) => <LongName>{label}</LongName> },
          share('F1', ({ f1 }) => f1),
          share('Precision', ({ precision }) => precision),
          share('Recall', ({ recall }) => recall),
          { title: 'Rows', kind: 'number', cell: ({ support }) => support },
          ...(rows.some(({ threshold }) => threshold !== undefined)
            ? [
                {
                  title: 'Threshold',
                  kind: 'number' as const,
                  cell: ({ threshold }: LabelRow) => (threshold === undefined ? '–' : fixed(threshold, 2)),
                },
              ]
            : []),
        ]}
      />
      {rows.length > FIRST_LABELS && (
        <WholeToggle
          isWhole={isWhole}
          all={`All ${counted(rows.length, 'label')}`}
          beginning="Only the worst"
          setWhole={setWhole}
        />
      )}
    </div>
  );
}
