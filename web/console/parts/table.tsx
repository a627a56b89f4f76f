import type { ReactNode } from 'react';
import styles from './table.module.css';

/** A column: its heading, what stands in it, and whether that is a number, which then aligns by its digits. */
export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => ReactNode;
  readonly kind?: 'number' | 'text' | 'long';
}

interface TableProps<Row> {
  /** What the table tells: read out, not shown. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string | number;
  /** The row that is meant among others, such as the version in production. */
  readonly isMarked?: (row: Row) => boolean;
}

/** Rows under headings; the first column names its row. Where the window is narrow, the table scrolls within itself. */
export function Table<Row>({ caption, columns, rows, keyOf, isMarked = () => false }: TableProps<Row>) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className={styles.scroller} aria-label={caption} tabIndex={0}>
      <table className={styles.table}>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ title, kind = 'text' }) => (
              <th key={title} scope="col" className={styles[kind]}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} data-marked={isMarked(row) || undefined}>
              {columns.map(({ title, cell, kind = 'text' }, column) =>
                column === 0 ? (
                  <th key={title} scope="row" className={styles[kind]}>
                    {cell(row)}
                  </th>
                ) : (
                  <td key={title} className={styles[kind]}>
                    {cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
