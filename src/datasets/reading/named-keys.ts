import { type Columns, missingColumn } from './columns.js';

type Row = Readonly<Record<string, unknown>>;

/** Keys that are remembered, to be listed where another is missing. */
const REMEMBERED = 100;

/** Looks, row by row, whether the keys that a caller named are there: no header tells it, and a row may be without any of them. */
export function namedKeys(named: Columns['named']) {
  const missing = new Map(named);
  const there = new Set<string>();
  return {
    see(row: Row): void {
      if (missing.size === 0) return;
      for (const [parameter, key] of missing) if (Object.hasOwn(row, key)) missing.delete(parameter);
      for (const key of Object.keys(row)) if (there.size < REMEMBERED) there.add(key);
    },
    /** A line that cannot be read may have had any key. */
    seeUnreadable: (): void => missing.clear(),
    /** @throws ManyheadError BAD_USER_INPUT for a key that no row had */
    throwIfMissing(): void {
      if (there.size > 0) for (const [parameter, key] of missing) throw missingColumn(parameter, key, [...there]);
    },
  };
}
