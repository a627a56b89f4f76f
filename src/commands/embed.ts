import { type Command, Option } from 'commander';
import type { Embedding } from '../client/client.js';
import { clientOf, ofVersion, serverCommand, type VersionOptions } from './connection.js';
import { whole, wholeBetween } from './numbers.js';
import { count } from './terminal/figures.js';
import { liveLines } from './terminal/live-lines.js';
import { print } from './terminal/output.js';
import { givenTexts, inOrder, PATIENT } from './texts.js';

interface Options extends VersionOptions {
  readonly dimensions?: number;
  readonly projection: 'PCA' | 'RANDOM' | 'TRUNCATE';
  readonly batch: number;
  readonly text: boolean;
}

/** Of a request to the server. */
const MOST_TEXTS = 4096;

/** `manyhead embed < lines > jsonl`: texts to vectors, however many. */
export const embed = (): Command =>
  ofVersion(serverCommand('embed'))
    .summary('texts to vectors, a JSON line each')
    .description(
      'Turn texts into vectors: arguments, or the lines of standard input. Prints a JSON line a text, in the same order.',
    )
    .argument('[texts...]', 'texts; lines of standard input when absent')
    .option('-d, --dimensions <number>', "length of the vectors; the encoder's own when absent", whole)
    .addOption(
      new Option('--projection <kind>', 'how to get there').choices(['PCA', 'RANDOM', 'TRUNCATE']).default('PCA'),
    )
    .option('--batch <number>', `texts a request, 1 to ${MOST_TEXTS}`, wholeBetween(1, MOST_TEXTS), 64)
    .option('--no-text', 'leave the text out of the lines')
    .addHelpText(
      'after',
      '\nExamples:\n  $ manyhead embed "Where is my parcel?"\n  $ manyhead embed < texts.txt > vectors.jsonl\n  $ cut -f2 mails.tsv | manyhead embed --no-text --dimensions 64 | gzip > vectors.jsonl.gz',
    )
    .action(async (texts: readonly string[], options: Options) => {
      const { model, version, alias, dimensions, projection, batch, text: withText } = options;
      const client = clientOf(options, { retries: PATIENT });
      const live = liveLines();
      const began = performance.now();
      let done = 0;
      try {
        const ask = (some: readonly string[]) => client.embed(some, { model, version, alias, dimensions, projection });
        for await (const [asked, embeddings] of inOrder(givenTexts(texts, batch), ask)) {
          await print(embeddings.map((each, i) => lineOf(withText ? asked[i] : undefined, each)).join('\n'));
          done += asked.length;
          if (!process.stdout.isTTY)
            live.show([`${count(done)} texts, ${count((1_000 * done) / (performance.now() - began))} a second`]);
        }
      } finally {
        live.done();
      }
    });

function lineOf(text: string | undefined, { vector, tokens, truncated }: Embedding): string {
  const about = JSON.stringify({ text, tokens, ...(truncated && { truncated }) }).slice(0, -1);
  // Nine digits are what a 32-bit float has: read again, they are the same number.
  return `${about},"vector":[${Array.from(vector, (number) => Number(number.toPrecision(9))).join(',')}]}`;
}
