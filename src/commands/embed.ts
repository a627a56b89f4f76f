import { type Command, Option } from 'commander';
import type { Embedding } from '../client/client.js';
import { clientOf, ofModel, type ServerOptions, serverCommand } from './connection.js';
import { whole } from './numbers.js';
import { count } from './terminal/figures.js';
import { liveLines } from './terminal/live-lines.js';
import { print } from './terminal/output.js';
import { givenTexts, inOrder } from './texts.js';

interface Options extends ServerOptions {
  readonly model: string;
  readonly version?: number;
  readonly alias?: string;
  readonly dimensions?: number;
  readonly projection: 'PCA' | 'RANDOM' | 'TRUNCATE';
  readonly batch: number;
  readonly text: boolean;
}

/** Requests under way at once: while one is encoded the next is read and the last is written. */
const AHEAD = 3;

/** A server that is busy is asked again this often, some minutes in all: thousands of texts are not given up for one of them. */
const RETRIES = 30;

/** `manyhead embed < lines > jsonl`: texts to vectors, however many. */
export const embed = (): Command =>
  ofModel(serverCommand('embed'))
    .summary('texts to vectors, a JSON line each')
    .description(
      'Turn texts into vectors: arguments, or the lines of standard input. Prints a JSON line a text, in the same order.',
    )
    .argument('[texts...]', 'texts; lines of standard input when absent')
    .option('--version <number>', 'the version; what --alias points to when absent', whole)
    .option('--alias <name>', 'the alias; production when absent')
    .option('-d, --dimensions <number>', "length of the vectors; the encoder's own when absent", whole)
    .addOption(
      new Option('--projection <kind>', 'how to get there').choices(['PCA', 'RANDOM', 'TRUNCATE']).default('PCA'),
    )
    .option('--batch <number>', 'texts a request', whole, 64)
    .option('--no-text', 'leave the text out of the lines')
    .addHelpText(
      'after',
      '\nExamples:\n  $ manyhead embed "Where is my parcel?"\n  $ manyhead embed < texts.txt > vectors.jsonl\n  $ cut -f2 mails.tsv | manyhead embed --no-text --dimensions 64 | gzip > vectors.jsonl.gz',
    )
    .action(async (texts: readonly string[], options: Options) => {
      const { model, version, alias, dimensions, projection, text: withText } = options;
      const client = clientOf(options, { retries: RETRIES });
      const batch = Math.min(Math.max(options.batch, 1), 4096);
      const live = liveLines();
      const began = performance.now();
      let done = 0;
      try {
        const ask = (batch: readonly string[]) =>
          client.embed(batch, { model, version, alias, dimensions, projection });
        for await (const [asked, embeddings] of inOrder(givenTexts(texts, batch), ask, AHEAD)) {
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
