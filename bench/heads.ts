import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { countTasks } from '../src/datasets/count.js';
import type { Example } from '../src/datasets/example.js';
import { type Encoder, openEncoder } from '../src/encoder/open.js';
import type { Head } from '../src/heads/head.js';
import { startHead } from '../src/heads/start.js';
import { readyTensorFlow } from '../src/heads/tensorflow.js';
import { calibrate, withCentres } from '../src/training/calibrate.js';
import { type Measured, measure } from '../src/training/evaluate.js';
import { fitHeads } from '../src/training/fit.js';
import { checkHyperparameters } from '../src/training/hyperparameters.js';
import type { EmbeddedRows } from '../src/training/rows.js';
import { drawSplit } from '../src/training/split.js';

/**
 * `npm run bench -- heads train.jsonl test.jsonl [seed ...]`: a head on the frozen encoder, with the defaults of `train`,
 * measured on rows of another file. Rows are `{"text", "label"}`.
 */
export async function benchHeads([trainPath, testPath, ...seeds]: readonly string[]): Promise<void> {
  if (trainPath === undefined || testPath === undefined)
    throw new Error('give a file of rows to learn from and one to measure on');
  const encoder = await openEncoder({ threads: availableParallelism(), maxBatchTokens: 512 });
  const started = performance.now();
  const training = await embedRows(encoder, trainPath);
  const embedding = (performance.now() - started) / 1000;
  const test = await embedRows(encoder, testPath);
  await encoder.close();
  const backend = await readyTensorFlow();
  print(`${cpus()[0]?.model}, ${availableParallelism()} cores, Node ${process.version}, TensorFlow.js on ${backend}`);
  print(
    `${training.examples.length} rows embedded in ${embedding.toFixed(1)} s (${(training.examples.length / embedding).toFixed(0)} rows/s)`,
  );
  for (const seed of seeds.length > 0 ? seeds.map(Number) : [42]) await trial(training, test, seed);
}

async function trial(rows: EmbeddedRows, test: EmbeddedRows, seed: number): Promise<void> {
  const { head, epochs, seconds } = await learnHead(rows, seed);
  const report = reportOn(head, test);
  print(
    `seed ${seed}: accuracy ${percent(report.accuracy)}, macro F1 ${percent(report.macroF1)}, calibration error ${report.uncalibratedCalibrationError?.toFixed(3)} before and ${report.expectedCalibrationError?.toFixed(3)} after temperature scaling; ${epochs} epochs in ${seconds.toFixed(1)} s`,
  );
}

/** A head with the defaults of `train`, calibrated on the tenth of the rows that it did not learn from. */
export async function learnHead(rows: EmbeddedRows, seed: number) {
  const [{ task, kind, labels }] = countTasks(rows.examples);
  const split = await drawSplit(rows.examples, [task], 0.1, seed);
  const description = { task, kind, labels: labels.map(({ label }) => label), temperature: 1, hiddenUnits: 0 };
  const started = performance.now();
  let epochs = 0;
  const [head] = await fitHeads([startHead(description, undefined, rows.dimensions, seed)], rows, split, {
    hyperparameters: checkHyperparameters({}, rows.examples.length, undefined),
    lossWeights: [1],
    seed,
    signal: new AbortController().signal,
    onStep: () => {},
    onEpoch: async () => {
      epochs += 1;
    },
  });
  const seconds = (performance.now() - started) / 1000;
  return { head: calibrate(withCentres(head, rows, split.training), rows, split.validation), epochs, seconds };
}

/** @throws Error when no row has a label that the head knows */
export function reportOn(head: Head, rows: EmbeddedRows): Measured {
  const report = measure(head, rows, [...rows.examples.keys()]);
  if (report === undefined) throw new Error('no row to measure on has a label that was learned');
  return report;
}

export async function embedRows(encoder: Encoder, path: string): Promise<EmbeddedRows> {
  const examples = readFileSync(path, 'utf8').split('\n').filter(Boolean).map(exampleOf);
  const vectors = new Float32Array(examples.length * encoder.dimensions);
  const encoded = await encoder.encode(examples.map(({ text }) => text));
  for (const [row, { vector }] of encoded.entries()) vectors.set(vector, row * encoder.dimensions);
  return { examples, vectors, dimensions: encoder.dimensions };
}

function exampleOf(line: string): Example {
  const { text, label }: { text: string; label: string } = JSON.parse(line);
  return { text, labels: { label } };
}

const percent = (share: number): string => (100 * share).toFixed(2);

const print = (line: string): void => void process.stdout.write(`${line}\n`);
