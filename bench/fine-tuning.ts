import { availableParallelism, cpus } from 'node:os';
import type { Example } from '../src/datasets/example.js';
import { AS_IT_IS } from '../src/heads/reshape.js';
import type { GivenTraining } from '../src/jobs/order.js';
import { given, openJobs, percent, print, rowsOf } from './training-job.js';

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
  const [rows, test] = [await rowsOf(trainPath), await rowsOf(testPath)];
  const jobs = await openJobs();
  try {
    for (const seed of seeds.length > 0 ? seeds.map(Number) : [42]) {
      const asked = givenTraining(rows, strategy, Number(epochs), seed);
      const { reports, history, seconds } = await jobs.run(asked, test);
      const [report] = reports;
      for (const { epoch, trainLoss, validationLoss, examplesPerSecond } of history)
        print(
          `  epoch ${epoch}: loss ${trainLoss.toFixed(3)}, validation loss ${validationLoss?.toFixed(3)}, ${examplesPerSecond.toFixed(0)} rows/s`,
        );
      const phases = Object.entries(seconds).map(([phase, took]) => `${phase.toLowerCase()} ${took.toFixed(0)} s`);
      print(
        `${strategy}, seed ${seed}: accuracy ${percent(report?.accuracy)}, macro F1 ${percent(report?.macroF1)}, calibration error ${report?.expectedCalibrationError?.toFixed(3)}; ${phases.join(', ')}`,
      );
    }
  } finally {
    await jobs.close();
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
  examples: given(examples),
  tasks: undefined,
  baseVersion: undefined,
  reshape: AS_IT_IS,
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
