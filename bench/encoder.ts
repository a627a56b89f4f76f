import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { type Encoder, openEncoder } from '../src/encoder/open.js';
import { precisions } from '../src/encoder/precision.js';
import { readyTensorFlow } from '../src/heads/tensorflow.js';
import { encoderRates, median, squareSize } from './encoder-rates.js';
import { embedRows, learnHead, reportOn } from './heads.js';
import { spearman } from './spearman.js';

/** Texts and tokens of the batches that the graphs are compared on. */
const sizes = [
  [1, 12],
  [8, 16],
  [16, 32],
  [32, 32],
  [4, 128],
] as const;
const rounds = 5;

/**
 * `npm run bench -- encoder [pairs.jsonl [train.jsonl test.jsonl]]`: the encoder in fp32 and int8, in turns. First one thread and
 * batches of one length, beside the bare matrix products; then whole encoders on the texts of `pairs.jsonl` (rows
 * `{"a", "b", "score"}`; the starter rows without it); then a head that learned from fp32 vectors of `train.jsonl` (rows
 * `{"text", "label"}`) on both vectors of `test.jsonl`. Takes the encoder that ENCODER names.
 */
export async function benchEncoder([pairsPath, trainPath, testPath]: readonly string[]): Promise<void> {
  const folder = process.env.ENCODER || undefined;
  print(`${cpus()[0]?.model}, ${availableParallelism()} cores, Node ${process.version}`);
  await graphs(folder);
  const encoders: Encoder[] = [];
  for (const precision of precisions) {
    const from = performance.now();
    encoders.push(await openEncoder({ folder, precision, threads: availableParallelism(), maxBatchTokens: 512 }));
    print(`${precision} opens in ${((performance.now() - from) / 1000).toFixed(2)} s`);
  }
  await texts(encoders, pairsPath);
  if (trainPath && testPath) await heads(encoders, trainPath, testPath);
  await Promise.all(encoders.map((encoder) => encoder.close()));
}

async function graphs(folder: string | undefined): Promise<void> {
  for (const each of await encoderRates(folder, sizes)) {
    const { texts, tokens, fp32, int8, rate, productsRate, squareRate } = each;
    const share = (of: number) => `${((100 * rate) / of).toFixed(0)} % of ${of.toFixed(0)}`;
    print(
      `${texts} x ${tokens} tokens: fp32 ${fp32.toFixed(2)} ms, ${rate.toFixed(0)} GFLOP/s (${share(squareRate)}, a product of ${squareSize} squared; ${share(productsRate)}, its own products alone); int8 ${int8.toFixed(2)} ms, ${(fp32 / int8).toFixed(2)}x`,
    );
  }
}

async function texts(encoders: readonly Encoder[], pairsPath: string | undefined): Promise<void> {
  const path = pairsPath ?? new URL('../../examples/starter.jsonl', import.meta.url);
  const rows = readFileSync(path, 'utf8').split('\n').filter(Boolean).map(rowOf);
  const all = rows.flatMap(({ texts }) => texts);
  const vectors: Float32Array[][] = [[], []];
  const seconds: number[][] = [[], []];
  for (let round = 0; round < rounds; round++)
    for (const [i, encoder] of encoders.entries()) {
      const from = performance.now();
      vectors[i] = (await encoder.encode(all)).map(({ vector }) => vector);
      seconds[i].push((performance.now() - from) / 1000);
    }
  const [fp32, int8] = seconds.map((each) => all.length / median(each));
  const cosines = vectors[0].map((vector, i) => dot(vector, vectors[1][i]));
  print(`${all.length} texts: fp32 ${fp32.toFixed(0)} texts/s, int8 ${int8.toFixed(0)}, ${(int8 / fp32).toFixed(2)}x`);
  print(
    `cosine of int8 to fp32: mean ${(cosines.reduce((a, b) => a + b) / cosines.length).toFixed(5)}, least ${Math.min(...cosines).toFixed(5)}`,
  );
  if (pairsPath === undefined) return;
  const scores = rows.map(({ score }) => score);
  const spearmans = vectors.map(
    (each) =>
      100 *
      spearman(
        scores.map((_, i) => dot(each[2 * i], each[2 * i + 1])),
        scores,
      ),
  );
  print(`Spearman x 100 with the pairs' scores: fp32 ${spearmans[0].toFixed(2)}, int8 ${spearmans[1].toFixed(2)}`);
}

async function heads([fp32, int8]: readonly Encoder[], trainPath: string, testPath: string): Promise<void> {
  await readyTensorFlow();
  const training = await embedRows(fp32, trainPath);
  const tests = [await embedRows(fp32, testPath), await embedRows(int8, testPath)];
  for (const seed of [42, 1, 2]) {
    const { head } = await learnHead(training, seed);
    const told = tests.map((test) => (100 * reportOn(head, test).accuracy).toFixed(2));
    print(`a head of fp32 vectors, seed ${seed}: accuracy ${told[0]} on fp32 vectors, ${told[1]} on int8 ones`);
  }
}

/** A pair, or one text. */
function rowOf(line: string): { readonly texts: readonly string[]; readonly score: number } {
  const { a, b, text, score = 0 }: { a?: string; b?: string; text?: string; score?: number } = JSON.parse(line);
  return { texts: [a, b, text].filter((each) => each !== undefined), score };
}

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, each, i) => sum + each * b[i], 0);

const print = (line: string): void => void process.stdout.write(`${line}\n`);
