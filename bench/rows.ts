import { availableParallelism, cpus } from 'node:os';
import { type Example, labelsOf } from '../src/datasets/example.js';
import { openEncoder } from '../src/encoder/open.js';
import { readyTensorFlow } from '../src/heads/tensorflow.js';
import { RandomGenerator } from '../src/random/generator.js';
import { type EmbeddedRows, gather } from '../src/training/rows.js';
import { embedRows, learnHead, reportOn } from './heads.js';
import { percent, print } from './training-job.js';

const ROWS_A_LABEL = [2, 4, 8, 16, 32, 64, Number.POSITIVE_INFINITY];

/**
 * `npm run bench -- rows train.jsonl test.jsonl [seed ...]`: how many rows a label are enough: a head with the defaults, taught with a
 * few rows of each label, and with more. Rows are `{"text", "label"}`.
 */
export async function benchRows([trainPath, testPath, ...seeds]: readonly string[]): Promise<void> {
  if (trainPath === undefined || testPath === undefined)
    throw new Error('give a file of rows to learn from and one to measure on');
  const encoder = await openEncoder({ threads: availableParallelism(), maxBatchTokens: 512 });
  const [training, test] = [await embedRows(encoder, trainPath), await embedRows(encoder, testPath)];
  await encoder.close();
  await readyTensorFlow();
  print(`${cpus()[0]?.model}, ${availableParallelism()} cores, Node ${process.version}`);
  for (const most of ROWS_A_LABEL) {
    const accuracies: number[] = [];
    let rows = 0;
    for (const seed of seeds.length > 0 ? seeds.map(Number) : [1, 2, 3]) {
      const few = some(training, most, seed);
      rows = few.examples.length;
      accuracies.push(reportOn((await learnHead(few, seed)).head, test).accuracy);
    }
    const mean = accuracies.reduce((a, b) => a + b, 0) / accuracies.length;
    const name = Number.isFinite(most) ? `${most} rows a label` : 'all rows';
    print(`${name} (${rows}): accuracy ${percent(mean)} (${accuracies.map(percent).join(', ')})`);
  }
}

/** At most so many rows of each label, drawn by the seed. */
function some(rows: EmbeddedRows, most: number, seed: number): EmbeddedRows {
  const taken = new Map<string, number>();
  const chosen = RandomGenerator.seeded(seed, 'few rows')
    .shuffled([...rows.examples.keys()])
    .filter((row) => {
      const label = labelOf(rows.examples[row]);
      taken.set(label, (taken.get(label) ?? 0) + 1);
      return (taken.get(label) ?? 0) <= most;
    });
  return { ...rows, examples: chosen.map((row) => rows.examples[row]), vectors: gather(rows, chosen) };
}

const labelOf = (example: Example): string => labelsOf(example, 'label')?.[0] ?? '';
