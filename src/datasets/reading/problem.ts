import { ManyheadError, shown } from '../../errors.js';

/** What is wrong with a row of a file. */
export interface RowProblem {
  /** From 1, where the row begins. */
  readonly line: number;
  /** Its name, cut short. */
  readonly column: string | undefined;
  /** The value, cut short, as JSON. */
  readonly value: string | undefined;
  readonly message: string;
}

/** Problems that are told one by one; of more only the number. */
const TOLD = 20;

/** Characters of a column's name: those of JSON objects may be as long as a line. */
const LONGEST_COLUMN = 200;

/** A file that cannot become a data set: its first problems, and how many there are. */
export class UnreadableRows extends ManyheadError {
  constructor(
    readonly problems: readonly RowProblem[],
    readonly count: number,
  ) {
    super('BAD_USER_INPUT', `${count} row(s) cannot be read, the first in line ${problems[0]?.line}.`);
  }
}

/** Collects problems; `throwIfAny` ends the reading. */
export function problemList() {
  const told: RowProblem[] = [];
  let count = 0;
  return {
    add(problem: RowProblem): void {
      count += 1;
      if (told.length < TOLD) told.push(problem);
    },
    throwIfAny(): void {
      if (count > 0) throw new UnreadableRows(told, count);
    },
    get count() {
      return count;
    },
  };
}

export type ProblemList = ReturnType<typeof problemList>;

/** @param column the column's name as the file has it */
export const problem = (line: number, column: string | undefined, value: unknown, why: string): RowProblem => ({
  line,
  column: column?.slice(0, LONGEST_COLUMN),
  value: value === undefined ? undefined : shown(value),
  message: `line ${line}${column === undefined ? '' : `, column ${shown(column)}`}${value === undefined ? '' : ` is ${shown(value)}`}: ${why}`,
});
