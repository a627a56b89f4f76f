import { once } from 'node:events';
import { stripVTControlCharacters } from 'node:util';

/** Whoever reads us may stop reading, as `head` does: then there is nothing left to do, and nothing is wrong. */
export function endQuietlyWithReader(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0);
      throw error;
    });
}

/** Writes a line to standard output; waits where its reader is slow, so that nothing piles up in memory. */
export async function print(line: string): Promise<void> {
  if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain');
}

export const printJson = (value: unknown): Promise<void> =>
  print(JSON.stringify(value, null, process.stdout.isTTY ? 2 : 0));

/** Says something to the person at the terminal, beside what is printed. */
export const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** A text as a terminal may show it: without the control characters that could take the terminal over. */
export const harmless = (text: string): string => stripVTControlCharacters(text).replace(/\p{Cc}/gu, ' ');
