import { availableParallelism, cpus } from 'node:os';
import type { Example } from '../src/datasets/example.js';
import { AS_IT_IS } from '../src/heads/reshape.js';
import type { GivenTraining } from '../src/jobs/order.js';
import { RandomGenerator } from '../src/random/generator.js';
import { given, openJobs, percent, print, rowsOf } from './training-job.js';

const NOISY_LABELS = 10;

/** The weightings that are compared; the last one has no second task. */
const weightings: Readonly<Record<string, Pick<GivenTraining, 'tasks' | 'lossWeighting' | 'lossWeights'>>> = {
  EQUAL: { tasks: undefined, lossWeighting: 'EQUAL', lossWeights: undefined },
  UNCERTAINTY: { tasks: undefined, lossWeighting: 'UNCERTAINTY', lossWeights: undefined },
  'FIXED 10 to 1': {
    tasks: undefined,
    lossWeighting: 'FIXED',
    lossWeights: [
      { task: 'label', weight: 10 },
      { task: 'noise', weight: 1 },
    ],
  },
  alone: { tasks: ['label'], lossWeighting: 'EQUAL', lossWeights: undefined },
};

/**
 * `npm run bench -- loss-weighting train.jsonl test.jsonl [rows] [seed ...]`: what a second task whose labels are pure chance does to
 * the first where the upper two layers of the encoder learn for both, with each way to weight their losses. Rows are `{"text",
 * "label"}`.
 */
export async function benchLossWeighting([
  trainPath,
  testPath,
  rows = '2000',
  ...seeds
]: readonly string[]): Promise<void> {
  if (trainPath === undefined || testPath === undefined)
    throw new Error('give a file of rows to learn from and one to measure on');
  print(`${cpus()[0]?.model}, ${availableParallelism()} cores, Node ${process.version}`);
  const [all, test] = [await rowsOf(trainPath), await rowsOf(testPath)];
  const jobs = await openJobs();
  try {
    for (const [name, weighting] of Object.entries(weightings)) {
      const accuracies: number[] = [];
      let weights = '';
      for (const seed of seeds.length > 0 ? seeds.map(Number) : [1, 2, 3]) {
        const asked = { ...order(noisy(all, Number(rows), seed), seed), ...weighting };
        const { reports, history } = await jobs.run(asked, test);
        accuracies.push(reports.find(({ task }) => task === 'label')?.accuracy ?? Number.NaN);
        weights = (history.at(-1)?.tasks ?? [])
          .map(({ task, lossWeight }) => `${task} ${lossWeight.toFixed(2)}`)
          .join(', ');
      }
      const mean = accuracies.reduce((a, b) => a + b, 0) / accuracies.length;
      print(`${name}: accuracy ${percent(mean)} (${accuracies.map(percent).join(', ')}); last weights ${weights}`);
    }
  } finally {
    await jobs.close();
  }
}

/** Some of the rows, with a second task that nothing can be learned of. */
function noisy(rows: readonly Example[], count: number, seed: number): Example[] {
  const random = RandomGenerator.seeded(seed, 'noise');
  return random
    .shuffled(rows)
    .slice(0, count)
    .map(({ text, labels }) => ({ text, labels: { ...labels, noise: `n${random.below(NOISY_LABELS)}` } }));
}

const order = (rows: readonly Example[], seed: number): GivenTraining => ({
  model: 'bench',
  dataset: undefined,
  examples: given(rows),
  tasks: undefined,
  baseVersion: undefined,
  reshape: AS_IT_IS,
  freeze: { backbone: 'PARTIAL', frozenLayers: 4, heads: [] },
  hyperparameters: { epochs: 6 },
  lossWeighting: 'EQUAL',
  lossWeights: undefined,
  validationSplit: 0.1,
  seed,
  promote: 'NEVER',
});
