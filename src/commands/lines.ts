/**
 * The lines of a stream, in batches, each without its line break (LF or CRLF). What follows the last break is a line only where
 * there is something.
 * @param most lines in a batch
 */
export async function* batchesOfLines(
  input: AsyncIterable<Buffer | string>,
  most: number,
): AsyncGenerator<readonly string[], void> {
  const decoder = new TextDecoder();
  let rest = '';
  let lines: string[] = [];
  for await (const chunk of input) {
    rest += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    const parts = rest.split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      lines.push(withoutReturn(part));
      if (lines.length < most) continue;
      yield lines;
      lines = [];
    }
  }
  rest += decoder.decode();
  if (rest !== '') lines.push(withoutReturn(rest));
  if (lines.length > 0) yield lines;
}

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line);
