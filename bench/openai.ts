import { availableParallelism, cpus } from 'node:os';
import { type Endpoint, posting } from './endpoint.js';
import { startInstallation } from './installation.js';

/** Seconds that each way is asked, and how many rounds: they take turns, so that a noisy moment is nobody's alone. */
const SECONDS = 3;
const ROUNDS = 5;

const CLIENTS = 8;

/** Texts that all are asked for again and again: their vectors are known, and what is measured is the way to them. */
const known = Array.from({ length: 64 }, (_, i) => `a text that was asked for before, number ${i}`);

/**
 * `npm run bench -- openai`: what a request for vectors that are known costs, by POST /v1/embeddings and by GraphQL, as numbers and
 * as base64, in requests a second.
 */
export async function benchOpenAi(): Promise<void> {
  const { address, stop } = await startInstallation();
  const graphql = (encoding: string): Endpoint =>
    posting(`${address}/graphql`, (texts) => ({
      query: `query Embed($texts: [String!]!) { embed(texts: $texts, encoding: ${encoding}) { vector } }`,
      variables: { texts },
    }));
  const openAi = (format: string): Endpoint =>
    posting(`${address}/v1/embeddings`, (input) => ({ model: 'default', input, encoding_format: format }));
  const ways: readonly (readonly [string, Endpoint])[] = [
    ['GraphQL, numbers', graphql('JSON')],
    ['GraphQL, base64', graphql('BASE64')],
    ['/v1/embeddings, numbers', openAi('float')],
    ['/v1/embeddings, base64', openAi('base64')],
  ];
  try {
    print(`${cpus()[0]?.model}, ${availableParallelism()} cores, Node ${process.version}; ${CLIENTS} clients`);
    for (const [, way] of ways) await rate(way, known, 1);
    for (const texts of [known.slice(0, 1), known]) {
      const rates = new Map<string, number[]>();
      for (let round = 0; round < ROUNDS; round++)
        for (const [name, way] of ways) rates.set(name, [...(rates.get(name) ?? []), await rate(way, texts, SECONDS)]);
      for (const [name, each] of rates)
        print(
          `${texts.length === 1 ? 'one text' : `${texts.length} texts`}, ${name}: ${median(each).toFixed(0)} requests/s`,
        );
    }
  } finally {
    await stop();
  }
}

/** Requests a second. @throws Error where one is not answered with vectors */
async function rate(way: Endpoint, texts: readonly string[], seconds: number): Promise<number> {
  let answered = 0;
  const began = performance.now();
  const client = async () => {
    while (performance.now() < began + 1000 * seconds) {
      if (!(await way(texts))) throw new Error('a request was not answered with vectors');
      answered += 1;
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return (1000 * answered) / (performance.now() - began);
}

const median = (rates: readonly number[]): number => [...rates].sort((a, b) => a - b)[Math.floor(rates.length / 2)];

const print = (line: string): void => void process.stdout.write(`${line}\n`);
