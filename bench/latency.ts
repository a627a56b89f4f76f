import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { startInstallation } from './installation.js';

/**
 * `npm run bench -- latency rows.jsonl [seconds]`: how long `embed` of one text takes over HTTP, from one client that asks again
 * and again, on an idle installation and while its worker fine-tunes the whole encoder on the rows. Rows are `{"text", "label"}`.
 */
export async function benchLatency([path, seconds = '15']: readonly string[]): Promise<void> {
  if (path === undefined) throw new Error('give a file of rows');
  const lines = (await readFile(path, 'utf8')).split('\n').filter(Boolean);
  const rows = lines.map((line): { text: string; label: string } => JSON.parse(line));
  const { address, stop } = await startInstallation();
  try {
    print(`${cpus()[0]?.model}, ${availableParallelism()} cores, Node ${process.version}`);
    const texts = rows.map(({ text }) => text);
    await latencies(address, texts, 2);
    const idle = await latencies(address, texts, Number(seconds));
    print(`idle: ${told(idle)}`);
    const examples = rows.map(({ text, label }) => ({ text, labels: [{ task: 'label', label }] }));
    const { train } = await ask(address, 'mutation Train($input: TrainInput!) { train(input: $input) { id } }', {
      input: { model: 'bench', examples, freeze: { backbone: 'NONE' } },
    });
    const job = { id: train.id };
    while ((await ask(address, STATUS, job)).trainingJob.phase !== 'TRAINING') await pause(200);
    await pause(3_000);
    const busy = await latencies(address, texts, Number(seconds));
    const { trainingJob } = await ask(address, STATUS, job);
    print(`while it trains (${trainingJob.examplesPerSecond?.toFixed(0)} rows/s): ${told(busy)}`);
    print(
      `median ${(at(busy, 0.5) / at(idle, 0.5)).toFixed(2)} times, p99 ${(at(busy, 0.99) / at(idle, 0.99)).toFixed(2)} times idle`,
    );
  } finally {
    await stop();
  }
}

const STATUS = 'query Job($id: ID!) { trainingJob(id: $id) { phase examplesPerSecond } }';

/** Milliseconds of each request, ascending. */
async function latencies(address: string, texts: readonly string[], seconds: number): Promise<number[]> {
  const taken: number[] = [];
  for (const until = performance.now() + 1000 * seconds; performance.now() < until; ) {
    const asked = performance.now();
    await ask(address, 'query Embed($text: String!) { embed(texts: [$text]) { vector } }', {
      text: texts[taken.length % texts.length],
    });
    taken.push(performance.now() - asked);
    // As somebody does who asks now and then, not as a load test.
    await pause(20);
  }
  return taken.sort((a, b) => a - b);
}

// biome-ignore lint/suspicious/noExplicitAny: answers are whatever the query asked for
async function ask(address: string, query: string, variables: object): Promise<any> {
  const response = await fetch(`${address}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = JSON.parse(await response.text());
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

const at = (sorted: readonly number[], share: number): number => sorted[Math.floor(share * (sorted.length - 1))];

const told = (sorted: readonly number[]): string =>
  `median ${at(sorted, 0.5).toFixed(1)} ms, p90 ${at(sorted, 0.9).toFixed(1)}, p99 ${at(sorted, 0.99).toFixed(1)} (${sorted.length} requests)`;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
