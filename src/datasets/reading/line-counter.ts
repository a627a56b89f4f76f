export type LineCounter = ReturnType<typeof lineCounter>;

/** Tells in which lines the records of a CSV file begin. The parser counts too, but a line end of two characters within quotes as two lines. */
export function lineCounter() {
  let passed = 0;
  const next = (emptyLines: number): number => passed + emptyLines + 1;
  return {
    /** Where the record after all those that were counted begins. @param emptyLines that came before it in all */
    next,
    /** The same of this one, which is counted. */
    of(record: readonly string[], emptyLines: number): number {
      const line = next(emptyLines);
      passed += 1 + record.reduce((sum, cell) => sum + lineEnds(cell), 0);
      return line;
    },
  };
}

/** A CR at a cell's end is that of the row, where lines end in two ways. */
const LINE_END = /\n|\r(?!\n|$)/g;

const lineEnds = (cell: string): number =>
  cell.includes('\n') || cell.includes('\r') ? (cell.match(LINE_END)?.length ?? 0) : 0;
