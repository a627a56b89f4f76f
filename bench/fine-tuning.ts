import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderStore } from '../src/artifacts/folder.js';
import { readConfig } from '../src/config.js';
import type { Example } from '../src/datasets/example.js';
import { datasetsOn } from '../src/datasets/store.js';
import { readyTensorFlow } from '../src/heads/tensorflow.js';
import { checkTraining, type GivenTraining } from '../src/jobs/order.js';
import { jobRecordsOn } from '../src/jobs/records.js';
import { openLog } from '../src/log.js';
import { storedEncodersOn } from '../src/registry/encoders.js';
import { registryOn } from '../src/registry/registry.js';
import { openEncoders } from '../src/serving/encoders.js';
import { measure } from '../src/training/evaluate.js';
import { embed } from '../worker/learn-heads.js';
import type { Rooms } from '../worker/learned.js';
import { jobReporter } from '../worker/reporter.js';
import { train } from '../worker/train.js';

/**
 * `npm run bench -- fine-tuning train.jsonl test.jsonl [NONE | FULL | frozen layers] [epochs, 0 for the default] [seed ...]`:
 * a job as a worker runs it, with the defaults of `train`, and its version, as it would be served, measured on rows of another
 * file. Rows are `{"text", "label"}`.
 */
export async function benchFineTuning([
  trainPath,
  testPath,
  strategy = 'NONE',
  epochs = '0',
  ...seeds
]: readonly string[]): Promise<void> {
  if (trainPath === undefined || testPath === undefined)
    throw new Error('give a file of rows to learn from and one to measure on');
  print(`${cpus()[0]?.model}, ${availableParallelism()} cores, Node ${process.version}`);
  const folder = await mkdtemp(join(tmpdir(), 'manyhead-bench-'));
  try {
    const config = readConfig({ DATA_DIR: folder });
    const store = folderStore(folder);
    const encoders = await openEncoders(config, storedEncodersOn(store));
    const rooms: Rooms = {
      encoders,
      datasets: datasetsOn(store),
      registry: registryOn(store),
      libraries: { '@tensorflow/tfjs': await readyTensorFlow() },
      trainingThreads: config.trainingThreads,
    };
    const [rows, test] = [await rowsOf(trainPath), await rowsOf(testPath)];
    for (const seed of seeds.length > 0 ? seeds.map(Number) : [42]) {
      const given = givenTraining(rows, strategy, Number(epochs), seed);
      const order = await checkTraining(given, rooms);
      const records = jobRecordsOn(store);
      const job = await records.create(order, 'bench');
      const reporter = jobReporter(job, records, openLog('bench', 'silent'), () => {});
      const cutOff = { resume: async () => undefined, onCheckpoint: async () => {} };
      const { version } = await train(job.id, order, rooms, cutOff, reporter, new AbortController().signal);
      if (version === undefined) throw new Error('nothing was learned');
      const { encoder } = await rooms.registry.publish(version.draft, version.heads, version.encoderFolder);
      const all = [...test.keys()];
      const vectors = await encoders.use(encoder, (open) =>
        embed(test, all, open, new AbortController().signal, () => {}),
      );
      const report = measure(version.heads[0], vectors, all);
      const history = await records.history(job);
      for (const { epoch, trainLoss, validationLoss, examplesPerSecond } of history)
        print(
          `  epoch ${epoch}: loss ${trainLoss.toFixed(3)}, validation loss ${validationLoss?.toFixed(3)}, ${examplesPerSecond.toFixed(0)} rows/s`,
        );
      const seconds = Object.entries(reporter.seconds()).map(
        ([phase, took]) => `${phase.toLowerCase()} ${took.toFixed(0)} s`,
      );
      print(
        `${strategy}, seed ${seed}: accuracy ${percent(report?.accuracy)}, macro F1 ${percent(report?.macroF1)}, calibration error ${report?.expectedCalibrationError?.toFixed(3)}; ${seconds.join(', ')}`,
      );
    }
    await encoders.close();
  } finally {
    await rm(folder, { recursive: true });
  }
}

const givenTraining = (
  examples: readonly Example[],
  strategy: string,
  epochs: number,
  seed: number,
): GivenTraining => ({
  model: 'bench',
  dataset: undefined,
  examples: examples.map(({ text, labels }) => ({ text, labels: [{ task: 'label', label: String(labels.label) }] })),
  tasks: undefined,
  baseVersion: undefined,
  freeze:
    strategy === 'NONE' || strategy === 'FULL'
      ? { backbone: strategy, frozenLayers: undefined, heads: [] }
      : { backbone: 'PARTIAL', frozenLayers: Number(strategy), heads: [] },
  hyperparameters: epochs > 0 ? { epochs } : {},
  lossWeighting: 'EQUAL',
  lossWeights: undefined,
  validationSplit: 0.1,
  seed,
  promote: 'NEVER',
});

async function rowsOf(path: string): Promise<Example[]> {
  const lines = (await readFile(path, 'utf8')).split('\n').filter(Boolean);
  return lines.map((line) => {
    const { text, label }: { text: string; label: string } = JSON.parse(line);
    return { text, labels: { label } };
  });
}

const percent = (share: number | undefined): string => (100 * (share ?? Number.NaN)).toFixed(2);

const print = (line: string): void => void process.stdout.write(`${line}\n`);
