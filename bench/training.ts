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
import { type LearningEncoder, openLearningEncoder } from '../src/training/encoder-session.js';
import { type GemmBench, openGemm } from './gemm.js';
import { openTorchTwin, type TorchTwin } from './torch-twin.js';

const threads = availableParallelism();
/** Steps before others take their turn: step by step, each would find the other's numbers in the caches. */
const turnSteps = 8;
const gemmRuns = 4;
const dropout = { hidden: 0.1, attention: 0.1, vector: 0.1 };
const rates = { encoder: 5e-5, head: 0.05, weightDecay: 0.01 };
const maxGradNorm = 1;

/** What is measured, as the command says it. */
interface Asked {
  readonly path: string;
  readonly batchSize: number;
  readonly steps: number;
  /** Of every text; 0 leaves the texts as they are. */
  readonly tokens: number;
  readonly strategies: readonly Strategy[];
}

const strategies = ['NONE', 'PARTIAL'] as const;
type Strategy = (typeof strategies)[number];

/**
 * `npm run bench -- training rows.jsonl [batch 32] [steps 40] [tokens, 0 for the texts' own] [NONE | PARTIAL]`: steps of
 * fine-tuning on rows `{"text", "label"}`, the whole encoder and its last two layers, or one of them. Beside them, in the same
 * run, bare matrix products, and the same steps in PyTorch where MANYHEAD_TORCH_PYTHON names a Python that has it.
 */
export async function benchTraining(given: readonly string[]): Promise<void> {
  const asked = read(given);
  const files = await packagedFiles();
  const architecture = readArchitecture(files.config);
  const stored = readSafetensors(readFileSync(files.weightsPath));
  const tokenize = openTokenizer(files.tokenizer, files.tokenizerConfig, 256, architecture.vocabulary);
  const rows = readFileSync(asked.path, 'utf8').split('\n').filter(Boolean).map(rowOf);
  const texts = rows.map(({ text }) => {
    const { ids } = tokenize(text);
    return asked.tokens === 0 ? ids : Int32Array.from({ length: asked.tokens }, (_, i) => ids[i % ids.length]);
  });
  const labels = [...new Set(rows.map(({ label }) => label))].sort();
  print(`${cpus()[0]?.model}, ${threads} threads, Node ${process.version}`);
  print(`${rows.length} rows, ${(total(texts.map(({ length }) => length)) / rows.length).toFixed(1)} tokens each`);
  const start: Start = {
    architecture,
    weightsPath: files.weightsPath,
    weights(name) {
      const tensor = stored.tensors.get(name);
      if (tensor === undefined) throw new Error(`the encoder has no tensor ${name}`);
      return floatsOf(tensor);
    },
    texts,
    labels,
    labelOf: rows.map(({ label }) => labels.indexOf(label)),
  };
  for (const strategy of asked.strategies) {
    await trial(strategy, start, asked);
    print(`  peak memory of the process so far ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
  }
}

function read([path, batch = '32', steps = '40', tokens = '0', only]: readonly string[]): Asked {
  if (path === undefined) throw new Error('give a file of rows');
  const whole = (name: string, given: string, least: number) => {
    const number = Number(given);
    if (Number.isSafeInteger(number) && number >= least) return number;
    throw new Error(`${name} is ${given}: give a whole number of ${least} or more`);
  };
  const chosen = strategies.filter((strategy) => only === undefined || strategy === only);
  if (chosen.length === 0) throw new Error(`there is no strategy ${only}; there is: ${strategies.join(', ')}`);
  return {
    path,
    batchSize: whole('batch', batch, 1),
    steps: whole('steps', steps, 1),
    tokens: whole('tokens', tokens, 0),
    strategies: chosen,
  };
}

interface Start {
  readonly architecture: Architecture;
  readonly weightsPath: string;
  readonly weights: (name: string) => Float32Array;
  readonly texts: readonly Int32Array[];
  readonly labels: readonly string[];
  /** Which of the labels is each row's. */
  readonly labelOf: readonly number[];
}

const phases = ['gradients', 'norm', 'AdamW'] as const;
type Seconds = Record<(typeof phases)[number], number>;

async function trial(strategy: Strategy, start: Start, { batchSize, steps }: Asked): Promise<void> {
  const { architecture, texts, labelOf, labels } = start;
  const learning: Learning =
    strategy === 'NONE' ? { kind: 'all' } : { kind: 'above', frozenLayers: architecture.layers - 2 };
  const [order, noise] = [RandomGenerator.seeded(1), RandomGenerator.seeded(2)];
  const used = order.shuffled(texts.keys()).slice(0, batchSize * (steps + turnSteps));
  const batches = similarBatches(used, (row) => texts[row].length, batchSize, order);
  const opened = await openLearner(learning, start, used, batchSize);
  const { learner } = opened;
  const gemm = await openGemm(architecture, Math.round((lengthOf(texts, used) / used.length) * batchSize), threads);
  const twin = await openTwin(learning, start);

  let done: (readonly number[])[] = [];
  let seconds: Seconds = { gradients: 0, norm: 0, AdamW: 0 };
  let twinSeconds = 0;
  for (let first = 0; first < batches.length; first += turnSteps) {
    // The first turn warms everyone up.
    if (first === turnSteps) {
      [done, seconds, twinSeconds] = [[], { gradients: 0, norm: 0, AdamW: 0 }, 0];
      gemm.forget();
    }
    const turn = batches.slice(first, first + turnSteps);
    for (const batch of turn) await takeStep(learner, batch, start, noise, seconds);
    for (let run = 0; run < gemmRuns; run++) await gemm.run();
    for (const batch of twin ? turn : [])
      twinSeconds +=
        (await twin?.step(
          batch.map((row) => texts[row]),
          batch.map((row) => labelOf[row]),
        )) ?? 0;
    done.push(...turn);
  }
  await Promise.all([learner.close(), gemm.close(), twin?.close()]);

  const rowCount = total(done.map(({ length }) => length));
  const rowsPerSecond = rowCount / total(Object.values(seconds));
  print(`${strategy}: ${rowsPerSecond.toFixed(0)} rows/s at batch ${batchSize}, ${labels.length} labels`);
  const operations = total(
    done.map((batch) =>
      operationsOf(
        architecture,
        learning,
        batch.map((row) => texts[row].length),
      ),
    ),
  );
  printRate(operations / seconds.gradients, gemm);
  const perStep = phases.map((phase) => `${phase} ${((1000 * seconds[phase]) / done.length).toFixed(1)} ms`);
  print(`  a step: ${perStep.join(', ')}`);
  const perPhase = phases.map((phase) => `${phase} ${seconds[phase].toFixed(2)} s`);
  print(
    `  ${done.length} steps: opening ${opened.openSeconds.toFixed(2)} s, boundary ${opened.boundarySeconds.toFixed(2)} s, ${perPhase.join(', ')}`,
  );
  if (twin) {
    const theirs = rowCount / twinSeconds;
    print(
      `  PyTorch ${twin.version}: ${theirs.toFixed(0)} rows/s on the same batches; this is ${(rowsPerSecond / theirs).toFixed(2)} times as fast`,
    );
  }
}

async function openLearner(learning: Learning, start: Start, used: readonly number[], batchSize: number) {
  const { architecture, labels, texts } = start;
  const description = { task: 'label', kind: 'SINGLE_LABEL', labels, temperature: 1, hiddenUnits: 0 } as const;
  const head = startHead(description, undefined, architecture.hidden, 1);
  const from = performance.now();
  let boundary = from;
  const learner = await openLearningEncoder(
    { architecture, pooling: 'mean', learning, heads: [{ ...description, frozen: false }], dropout },
    start.weights,
    [head],
    texts,
    used,
    {
      threads,
      batchSize,
      boundaryBytes: 512 * 2 ** 20,
      signal: new AbortController().signal,
      onBoundary: () => {
        boundary = performance.now();
      },
    },
  );
  const boundarySeconds = (boundary - from) / 1000;
  return { learner, boundarySeconds, openSeconds: (performance.now() - from) / 1000 - boundarySeconds };
}

async function takeStep(
  learner: LearningEncoder,
  batch: readonly number[],
  { labelOf, labels }: Start,
  noise: RandomGenerator,
  seconds: Seconds,
): Promise<void> {
  const given = new Float32Array(batch.length * labels.length);
  batch.forEach((row, place) => {
    given[place * labels.length + labelOf[row]] = 1;
  });
  const timed = async <T>(phase: keyof Seconds, work: () => T | Promise<T>): Promise<T> => {
    const from = performance.now();
    const result = await work();
    seconds[phase] += (performance.now() - from) / 1000;
    return result;
  };
  const targets = { given, weights: new Float32Array(batch.length).fill(1) };
  const { words } = await timed('gradients', () => learner.gradients(batch, [targets], [1], noise));
  const norm = await timed('norm', () => learner.weights.gradientNorm(words.length));
  const gradientScale = Math.min(1, maxGradNorm / norm);
  await timed('AdamW', () => learner.weights.step({ ...rates, gradientScale }, words));
}

async function openTwin(learning: Learning, start: Start): Promise<TorchTwin | undefined> {
  const python = process.env.MANYHEAD_TORCH_PYTHON;
  if (!python) return undefined;
  const { architecture, labels, weightsPath } = start;
  const task = { architecture, learning, dropout, rates, maxGradNorm, threads };
  return await openTorchTwin(python, { ...task, weights: weightsPath, labels: labels.length });
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

function printRate(operationsPerSecond: number, gemm: GemmBench): void {
  const rate = operationsPerSecond / 1e9;
  print(
    `  encoder ${rate.toFixed(0)} GFLOP/s, ${((100 * rate) / gemm.rate()).toFixed(0)} % of the ${gemm.rate().toFixed(0)} GFLOP/s that its largest matrix products reach alone`,
  );
}

function rowOf(line: string): { readonly text: string; readonly label: string } {
  const { text, label }: { text: string; label: string } = JSON.parse(line);
  return { text, label };
}

const lengthOf = (texts: readonly Int32Array[], rows: readonly number[]): number =>
  total(rows.map((row) => texts[row].length));

const total = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

const print = (line: string): void => void process.stdout.write(`${line}\n`);
