import { availableParallelism, cpus } from 'node:os';
import { labelsOf } from '../src/datasets/example.js';
import { openEncoder } from '../src/encoder/open.js';
import { readyTensorFlow } from '../src/heads/tensorflow.js';
import { RandomGenerator } from '../src/random/generator.js';
import type { Answer } from '../src/training/answers.js';
import { answersOf } from '../src/training/batch-answers.js';
import { auroc } from '../src/training/metrics.js';
import { type EmbeddedRows, gather } from '../src/training/rows.js';
import { embedRows, learnHead } from './heads.js';
import { percent, print } from './training-job.js';

/** Of the labels, how many are left out of the training. */
const UNKNOWN = 0.2;

/**
 * `npm run bench -- abstention train.jsonl test.jsonl [seed ...]`: how well a head tells texts of labels that it has never seen
 * (near: a fifth of the file's labels; far: the sentences of examples/starter.jsonl) from the others. Rows are `{"text", "label"}`.
 */
export async function benchAbstention([trainPath, testPath, ...seeds]: readonly string[]): Promise<void> {
  if (trainPath === undefined || testPath === undefined)
    throw new Error('give a file of rows to learn from and one to measure on');
  const encoder = await openEncoder({ threads: availableParallelism(), maxBatchTokens: 512 });
  const [training, test] = [await embedRows(encoder, trainPath), await embedRows(encoder, testPath)];
  const far = await embedRows(encoder, 'examples/starter.jsonl');
  await encoder.close();
  await readyTensorFlow();
  print(`${cpus()[0]?.model}, ${availableParallelism()} cores, Node ${process.version}`);
  for (const seed of seeds.length > 0 ? seeds.map(Number) : [42]) await trial(training, test, far, seed);
}

async function trial(training: EmbeddedRows, test: EmbeddedRows, far: EmbeddedRows, seed: number): Promise<void> {
  const labels = [...new Set(training.examples.map(labelOf))].sort();
  const random = RandomGenerator.seeded(seed, 'unknown labels');
  const unknown = new Set<string>();
  while (unknown.size < UNKNOWN * labels.length) unknown.add(labels[random.below(labels.length)]);
  const rowsOf = (rows: EmbeddedRows, isUnknown: boolean) =>
    [...rows.examples.keys()].filter((row) => unknown.has(labelOf(rows.examples[row])) === isUnknown);

  const { head } = await learnHead(only(training, rowsOf(training, false)), seed);
  const inside = answersOf(head, test, rowsOf(test, false));
  const outside = {
    near: answersOf(head, test, rowsOf(test, true)),
    far: answersOf(head, far, [...far.examples.keys()]),
  };
  print(`seed ${seed}: ${labels.length - unknown.size} labels learned, ${unknown.size} not`);
  for (const [name, scoreOf] of scores) {
    const aurocs = Object.entries(outside).map(
      ([where, answers]) => `${where} ${auroc(inside.map(scoreOf), answers.map(scoreOf)).toFixed(3)}`,
    );
    print(`  ${name}: AUROC ${aurocs.join(', ')}`);
  }
  const threshold = head.abstention?.threshold ?? 0;
  const below = (answers: readonly Answer[]) =>
    answers.filter(({ scope = 1 }) => scope < threshold).length / answers.length;
  print(
    `  below the threshold: ${percent(below(inside))} % of known labels, ${percent(below(outside.near))} % near, ${percent(below(outside.far))} % far`,
  );
}

const scores: readonly (readonly [string, (answer: Answer) => number])[] = [
  ['the score of the best label', ({ confidence }) => confidence],
  ["the cosine to the label's centre", ({ confidence, scope = 0 }) => scope / confidence],
  ['their product, which Manyhead takes', ({ scope = 0 }) => scope],
];

const labelOf = (example: EmbeddedRows['examples'][number]): string => labelsOf(example, 'label')?.[0] ?? '';

/** Some rows, as if they were all. */
const only = (rows: EmbeddedRows, which: readonly number[]): EmbeddedRows => ({
  ...rows,
  examples: which.map((row) => rows.examples[row]),
  vectors: gather(rows, which),
});
