/** What may stand between cells. Spreadsheets write semicolons where the comma is in numbers, and tabs are what is copied from them. */
const separators = [',', ';', '\t'] as const;

export type Separator = (typeof separators)[number];

/** Characters of a file in which its header must end. */
const LONGEST_HEADER = 1_000_000;

/**
 * What separates the cells of a CSV file, told from its header: the first of the separators that stands there, outside of quotes.
 * @returns it, and the text from its beginning
 */
export async function separated(
  text: AsyncIterable<string>,
): Promise<{ readonly separator: Separator; readonly text: AsyncIterable<string> }> {
  const chunks = text[Symbol.asyncIterator]();
  let [start, isBegun] = ['', false];
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
    start += next.value;
    // Empty lines may come before the header.
    const line = isBegun ? next.value : next.value.replace(/^[\r\n]+/, '');
    isBegun ||= line !== '';
    if (/[\r\n]/.test(line) || start.length > LONGEST_HEADER) break;
  }
  const [header = ''] = start.match(/[^\r\n]+/) ?? [];
  const bare = header.replace(/"[^"]*"/g, '');
  async function* whole() {
    yield start;
    yield* { [Symbol.asyncIterator]: () => chunks };
  }
  return { separator: separators.find((each) => bare.includes(each)) ?? ',', text: whole() };
}
