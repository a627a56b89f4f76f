import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Endpoint, endpoint } from './endpoint.js';

/** Seconds that each load lasts, and how many rounds: peers take turns, so that a noisy moment is nobody's alone. */
const SECONDS = 5;
const ROUNDS = 3;

/** The delay of the event loop is taken from a timer of so many milliseconds, which counts as delay itself. */
const TIMER = 10;

/** Texts of some dozen tokens, and of twice that for batches. */
const singles = 12;
const batched = 24;

interface Load {
  readonly name: string;
  readonly clients: number;
  /** Texts a request. */
  readonly texts: number;
}

const loads: readonly Load[] = [
  { name: 'single, 1 client', clients: 1, texts: 1 },
  { name: 'single, 8 clients', clients: 8, texts: 1 },
  { name: 'single, 32 clients', clients: 32, texts: 1 },
  { name: 'single, 128 clients', clients: 128, texts: 1 },
  { name: 'batch of 64, 1 client', clients: 1, texts: 64 },
  { name: 'batch of 64, 4 clients', clients: 4, texts: 64 },
];

/** What one load came to. */
interface Result {
  readonly textsPerSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly errors: number;
}

/**
 * `npm run bench -- serving [out.json] [name=url ...]`: starts the API with the settings it finds in the environment, and puts the
 * same loads on it and on any peers, in turns. A peer's url takes `{"inputs": [text, ...]}` by POST (as text-embeddings-inference
 * does at /embed), or is a GraphQL endpoint with `embed` (a path that ends in /graphql).
 */
export async function benchServing([out, ...peers]: readonly string[]): Promise<void> {
  const words = await vocabulary();
  const folder = await mkdtemp(join(tmpdir(), 'manyhead-bench-'));
  const own = await start(folder);
  try {
    print(
      `${cpus()[0]?.model}, ${availableParallelism()} cores, Node ${process.version}; encoder ${process.env.ENCODER_PRECISION || 'fp32'}`,
    );
    const named = peers.map((peer): [string, Endpoint] => {
      const cut = peer.indexOf('=');
      return [peer.slice(0, cut), endpoint(peer.slice(cut + 1))];
    });
    const all: readonly [string, Endpoint][] = [['manyhead', endpoint(`${own.address}/graphql`)], ...named];
    print(`fidelity: ${await fidelity(own.address)}`);
    for (const [, each] of all) await measure(each, { name: 'warm-up', clients: 8, texts: 4 }, words, 1);

    const table: Record<string, Record<string, Result>> = {};
    for (const load of loads) {
      const rounds: Record<string, Result[]> = {};
      for (let round = 0; round < ROUNDS; round++)
        for (const [name, each] of all) {
          rounds[name] ??= [];
          rounds[name].push(await measure(each, load, words, SECONDS));
        }
      table[load.name] = Object.fromEntries(Object.entries(rounds).map(([name, results]) => [name, median(results)]));
      for (const [name, result] of Object.entries(table[load.name])) print(`${load.name}: ${name} ${told(result)}`);
    }
    const process_ = await own.figures();
    print(`API ready ${own.readySeconds.toFixed(2)} s after its start; ${process_.memory} MB under load, at most`);
    print(
      `event loop: p99 of its delay ${process_.loopDelay.toFixed(1)} ms; padding ${(100 * process_.padding).toFixed(1)} % of places`,
    );
    if (out)
      await writeFile(
        out,
        `${JSON.stringify({ machine: cpus()[0]?.model, table, readySeconds: own.readySeconds, ...process_ }, null, 2)}\n`,
      );
  } finally {
    await own.stop();
    await rm(folder, { recursive: true });
  }
}

/** The first five numbers of all-MiniLM-L6-v2's vector of this text, as its makers' library gives them. */
const KNOWN = { text: 'Soccer is pretty cool!', numbers: [0.016, -0.0027, 0.01, -0.0184, 0.0123] };

/** How far the API's vector of a text is from the published one: speed is worth nothing without it. */
async function fidelity(address: string): Promise<string> {
  const response = await fetch(`${address}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: 'query Embed($text: String!) { embed(texts: [$text]) { vector } }',
      variables: { text: KNOWN.text },
    }),
  });
  const { data }: { data: { embed: { vector: number[] }[] } } = JSON.parse(await response.text());
  const furthest = Math.max(...KNOWN.numbers.map((number, i) => Math.abs(number - data.embed[0].vector[i])));
  return `the first numbers of "${KNOWN.text}" are within ${furthest.toExponential(1)} of the published ones`;
}

interface Own {
  readonly address: string;
  readonly readySeconds: number;
  figures(): Promise<{ readonly memory: number; readonly loopDelay: number; readonly padding: number }>;
  stop(): Promise<void>;
}

/** The API alone, with its queue beside it. */
async function start(folder: string): Promise<Own> {
  const environment = {
    ...process.env,
    DATA_DIR: folder,
    PORT: '0',
    STARTER: 'off',
    LOG_LEVEL: 'info',
    ENCODER_CACHE_MB: '0',
  };
  const run = (path: string, ...given: string[]): ChildProcess =>
    spawn(process.execPath, [fileURLToPath(new URL(path, import.meta.url)), ...given], {
      env: { ...environment, QUEUE_DIR: join(folder, 'queue') },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
  const queue = run('../src/queue/embedded/process.js', join(folder, 'queue'));
  await once(queue, 'message');
  const began = performance.now();
  const api = run('../src/server.js');
  let said = '';
  const address = await new Promise<string>((resolve, reject) => {
    api.stderr?.on('data', (bytes) => {
      said += bytes;
      const found = said.match(/"address":"([^"]+)"/)?.[1];
      if (found) resolve(found);
    });
    api.once('exit', () => reject(new Error(`the API did not start: ${said}`)));
  });
  const readySeconds = (performance.now() - began) / 1000;
  let memory = 0;
  const watching = setInterval(async () => {
    const status = await readFile(`/proc/${api.pid}/status`, 'utf8').catch(() => '');
    memory = Math.max(memory, Math.round(Number(status.match(/VmRSS:\s+(\d+)/)?.[1] ?? 0) / 1024));
  }, 200);
  const metric = async () => {
    const text = await (await fetch(`${address}/metrics`)).text();
    return (name: string) => Number(text.match(new RegExp(`^${name} (\\S+)`, 'm'))?.[1] ?? Number.NaN);
  };
  return {
    address,
    readySeconds,
    async figures() {
      const of = await metric();
      const [tokens, places] = [of('manyhead_encoder_tokens_total'), of('manyhead_encoder_places_total')];
      return { memory, loopDelay: 1000 * of('nodejs_eventloop_lag_p99_seconds') - TIMER, padding: 1 - tokens / places };
    },
    async stop() {
      clearInterval(watching);
      for (const child of [api, queue]) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
    },
  };
}

async function measure(
  target: Endpoint,
  { clients, texts }: Load,
  words: readonly string[],
  seconds: number,
): Promise<Result> {
  const taken: number[] = [];
  let errors = 0;
  const until = performance.now() + 1000 * seconds;
  const began = performance.now();
  const client = async (seed: number) => {
    for (let count = 0; performance.now() < until; count++) {
      const asked = performance.now();
      const length = texts === 1 ? singles : batched;
      const isGood = await target(
        Array.from({ length: texts }, (_, i) => textOf(words, length, seed * 1e6 + count * texts + i)),
      );
      if (isGood) taken.push(performance.now() - asked);
      else errors += 1;
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, seed) => client(seed)));
  await pause(200);
  taken.sort((a, b) => a - b);
  const at = (share: number) => taken[Math.floor(share * (taken.length - 1))] ?? Number.NaN;
  return {
    textsPerSecond: (1000 * texts * taken.length) / (performance.now() - began - 200),
    p50: at(0.5),
    p99: at(0.99),
    errors,
  };
}

/** A text of about so many tokens, another one for every seed: nobody's cache may help. */
function textOf(words: readonly string[], tokens: number, seed: number): string {
  const count = Math.max(1, Math.round(tokens * (0.6 + ((seed * 7919) % 9) / 10) - 2));
  return Array.from({ length: count }, (_, i) => words[(seed * 31 + i * i * 17 + seed * i * 7) % words.length]).join(
    ' ',
  );
}

/** Plain words, from the rows that come with Manyhead. */
async function vocabulary(): Promise<readonly string[]> {
  const rows = await readFile(new URL('../../examples/starter.jsonl', import.meta.url), 'utf8');
  return [...new Set(rows.toLowerCase().match(/\b[a-z]{3,8}\b/g) ?? [])];
}

const median = (results: readonly Result[]): Result =>
  [...results].sort((a, b) => a.textsPerSecond - b.textsPerSecond)[Math.floor(results.length / 2)];

const told = ({ textsPerSecond, p50, p99, errors }: Result): string =>
  `${textsPerSecond.toFixed(0)} texts/s, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms${errors > 0 ? `, ${errors} errors` : ''}`;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
