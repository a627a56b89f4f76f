/** What may stand between cells. Spreadsheets write semicolons where the comma is in numbers, and tabs are what is copied from them. */
const separators = [',', ';', '\t'] as const;

export type Separator = (typeof separators)[number];

/** Characters of a file in which its header must end. */
const LONGEST_HEADER = 1_000_000;

/**
 * What separates the cells of a CSV file, told from its header: whichever of the separators stands there first, outside of quotes.
 * A comma where none does.
 * @returns it, and the text from its beginning
 */
export async function separated(
  text: AsyncIterable<string>,
): Promise<{ readonly separator: Separator; readonly text: AsyncIterable<string> }> {
  const chunks = text[Symbol.asyncIterator]();
  const look = separatorSeeker();
  let [start, separator]: [string, Separator | undefined] = ['', undefined];
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
    start += next.value;
    separator = look(next.value);
    if (separator !== undefined || start.length > LONGEST_HEADER) break;
  }
  async function* whole() {
    yield start;
    yield* { [Symbol.asyncIterator]: () => chunks };
  }
  return { separator: separator ?? ',', text: whole() };
}

/** Looks through a file from its beginning, piece by piece. @returns undefined for as long as more of it must be seen */
function separatorSeeker(): (piece: string) => Separator | undefined {
  let [isQuoted, isBegun] = [false, false];
  return (piece) => {
    for (const sign of piece) {
      if (sign === '"') isQuoted = !isQuoted;
      const separator = separators.find((each) => each === sign);
      if (separator && !isQuoted) return separator;
      const isLineEnd = sign === '\n' || sign === '\r';
      // Empty lines may come before the header.
      if (isLineEnd && isBegun && !isQuoted) return ',';
      isBegun ||= !isLineEnd;
    }
    return undefined;
  };
}
