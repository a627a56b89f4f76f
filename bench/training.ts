import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { type Architecture, readArchitecture } from '../src/encoder/architecture.js';
import { packagedFiles } from '../src/encoder/files.js';
import { openTokenizer } from '../src/encoder/tokenizer.js';
import { firstLearningLayer, type Learning } from '../src/encoder/training/parameters.js';
import { startHead } from '../src/heads/start.js';
import { RandomGenerator } from '../src/random/generator.js';
import { floatsOf, readSafetensors } from '../src/safetensors/read.js';
import { similarBatches } from '../src/training/batches.js';
import { openLearningEncoder } from '../src/training/encoder-session.js';
import { openGemm } from './gemm.js';

const threads = availableParallelism();
const warmUpSteps = 4;
const gemmEvery = 8;
const gemmRuns = 4;

/**
 * `npm run bench -- training rows.jsonl [batch] [steps] [tokens] [NONE | PARTIAL]`: steps of fine-tuning the encoder on rows
 * `{"text", "label"}`, all of it and its last two layers, or one of them, beside a bare matrix product in the same run. With `tokens` above 0, every text is that long.
 */
export async function benchTraining([
  path,
  batch = '32',
  steps = '40',
  tokens = '0',
  only,
]: readonly string[]): Promise<void> {
  if (path === undefined) throw new Error('give a file of rows');
  const files = await packagedFiles();
  const architecture = readArchitecture(files.config);
  const stored = readSafetensors(readFileSync(files.weightsPath));
  const weights = (name: string) => {
    const tensor = stored.tensors.get(name);
    if (tensor === undefined) throw new Error(`the encoder has no tensor ${name}`);
    return floatsOf(tensor);
  };
  const tokenize = openTokenizer(files.tokenizer, files.tokenizerConfig, 256, architecture.vocabulary);
  const rows = readFileSync(path, 'utf8').split('\n').filter(Boolean).map(rowOf);
  const texts = rows.map(({ text }) => {
    const { ids } = tokenize(text);
    return tokens === '0' ? ids : Int32Array.from({ length: Number(tokens) }, (_, i) => ids[i % ids.length]);
  });
  const labels = [...new Set(rows.map(({ label }) => label))].sort();
  print(`${cpus()[0]?.model}, ${threads} threads, Node ${process.version}`);
  print(`${rows.length} rows, ${(total(texts.map(({ length }) => length)) / rows.length).toFixed(1)} tokens each`);
  const learnings: [string, Learning][] = [
    ['NONE', { kind: 'all' }],
    ['PARTIAL', { kind: 'above', frozenLayers: architecture.layers - 2 }],
  ];
  for (const [name, learning] of learnings.filter(([name]) => only === undefined || name === only)) {
    const start = { architecture, weights, learning, texts, labels: rows.map(({ label }) => labels.indexOf(label)) };
    await trial(name, start, labels, Number(batch), Number(steps));
  }
  print(`peak memory of the process ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
}

interface Start {
  readonly architecture: Architecture;
  readonly weights: (name: string) => Float32Array;
  readonly learning: Learning;
  readonly texts: readonly Int32Array[];
  readonly labels: readonly number[];
}

async function trial(name: string, start: Start, labels: readonly string[], batchSize: number, steps: number) {
  const { architecture, learning, texts } = start;
  const [order, noise] = [RandomGenerator.seeded(1), RandomGenerator.seeded(2)];
  const used = order.shuffled(texts.keys()).slice(0, batchSize * (steps + warmUpSteps));
  const head = startHead(
    { task: 'label', kind: 'SINGLE_LABEL', labels, temperature: 1, hiddenUnits: 0 },
    undefined,
    architecture.hidden,
    1,
  );
  const opened = performance.now();
  const learner = await openLearningEncoder(
    {
      architecture,
      pooling: 'mean',
      learning,
      heads: [{ ...head, hiddenUnits: 0, frozen: false }],
      dropout: { hidden: 0.1, attention: 0.1, vector: 0.1 },
    },
    start.weights,
    [head],
    texts,
    used,
    {
      threads,
      batchSize,
      boundaryBytes: 512 * 2 ** 20,
      signal: new AbortController().signal,
      onBoundary: () => {},
    },
  );
  const openSeconds = (performance.now() - opened) / 1000;
  const gemm = await openGemm(architecture, Math.round(meanTokens(texts, used) * batchSize), threads);
  const seconds = { gradients: 0, norm: 0, optimizer: 0 };
  const timed = async <T>(phase: keyof typeof seconds, work: () => T | Promise<T>): Promise<T> => {
    const from = performance.now();
    const result = await work();
    seconds[phase] += (performance.now() - from) / 1000;
    return result;
  };
  let [operations, done] = [0, 0];
  const rates = { encoder: 5e-5, head: 0.05, weightDecay: 0.01, gradientScale: 1 };
  for (const [step, batch] of similarBatches(used, (row) => texts[row].length, batchSize, order).entries()) {
    if (step === warmUpSteps) {
      [operations, done] = [0, 0];
      Object.assign(seconds, { gradients: 0, norm: 0, optimizer: 0 });
      gemm.forget();
    }
    const targets = targetsOf(batch, start.labels, labels.length);
    const { words } = await timed('gradients', () => learner.gradients(batch, [targets], [1], noise));
    await timed('norm', () => learner.weights.gradientNorm(words.length));
    await timed('optimizer', () => learner.weights.step(rates, words));
    operations += operationsOf(
      architecture,
      learning,
      batch.map((row) => texts[row].length),
    );
    done += batch.length;
    // Now and then, for a while: in turns, each would find the other's numbers in the caches.
    if (step % gemmEvery === gemmEvery - 1) for (let i = 0; i < gemmRuns; i++) await gemm.run();
  }
  await Promise.all([learner.close(), gemm.close()]);

  const rate = operations / seconds.gradients / 1e9;
  const share = (100 * rate) / gemm.rate();
  print(`${name}: ${(done / total(Object.values(seconds))).toFixed(0)} rows/s at batch ${batchSize}`);
  print(
    `  encoder ${rate.toFixed(0)} GFLOP/s, ${share.toFixed(0)} % of the ${gemm.rate().toFixed(0)} GFLOP/s that its largest matrix products reach alone`,
  );
  const perStep = (part: number) => `${((1000 * part * batchSize) / done).toFixed(1)} ms`;
  print(
    `  a step: gradients ${perStep(seconds.gradients)}, norm ${perStep(seconds.norm)}, AdamW ${perStep(seconds.optimizer)}; opening and boundary ${openSeconds.toFixed(1)} s`,
  );
}

/** Floating point operations of a step's matrix products: forward, and backward for inputs and weights; padding in attention counts. */
function operationsOf(architecture: Architecture, learning: Learning, lengths: readonly number[]): number {
  const { hidden, intermediate, layers } = architecture;
  const learningLayers = layers - firstLearningLayer(learning);
  const tokens = total(lengths);
  const places = lengths.length * Math.max(...lengths);
  const linear = 2 * tokens * (4 * hidden * hidden + 2 * hidden * intermediate);
  const attention = 4 * places * Math.max(...lengths) * hidden;
  // Nothing below the boundary wants a gradient.
  const spared = learning.kind === 'all' ? 0 : 2 * tokens * 3 * hidden * hidden;
  return 3 * learningLayers * (linear + attention) - spared;
}

function targetsOf(rows: readonly number[], labels: readonly number[], count: number) {
  const given = new Float32Array(rows.length * count);
  rows.forEach((row, place) => {
    given[place * count + labels[row]] = 1;
  });
  return { given, weights: new Float32Array(rows.length).fill(1) };
}

function rowOf(line: string): { readonly text: string; readonly label: string } {
  const { text, label }: { text: string; label: string } = JSON.parse(line);
  return { text, label };
}

const meanTokens = (texts: readonly Int32Array[], rows: readonly number[]): number =>
  total(rows.map((row) => texts[row].length)) / rows.length;

const total = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

const print = (line: string): void => void process.stdout.write(`${line}\n`);
