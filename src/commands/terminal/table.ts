import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string | number | null | undefined;
  /** Numbers stand under each other by their last digit. */
  readonly align?: 'right';
}

/**
 * Rows in aligned columns under their titles, the same on a terminal and in a file.
 * @param emphasize how titles are written
 */
export function table<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  emphasize: (title: string) => string = (title) => title,
): string {
  const cells = rows.map((row) => columns.map(({ cell }) => oneLine(String(cell(row) ?? ''))));
  const titles = columns.map(({ title }) => title.toUpperCase());
  const widths = titles.map((title, i) => Math.max(...[title, ...cells.map((row) => row[i])].map(visibleWidth)));
  const line = (row: readonly string[], style: (text: string) => string) =>
    row
      .map((cell, i) => {
        const blank = ' '.repeat(widths[i] - visibleWidth(cell));
        return columns[i].align === 'right' ? blank + style(cell) : style(cell) + blank;
      })
      .join('  ')
      .trimEnd();
  return [line(titles, emphasize), ...cells.map((row) => line(row, (cell) => cell))].join('\n');
}

const visibleWidth = (text: string): number => stringWidth(stripVTControlCharacters(text));

/** What would break the line: a name never has it, a text may. */
const oneLine = (text: string): string => text.replace(/[\r\n\t]+/g, ' ');
