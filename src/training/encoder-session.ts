import { setImmediate as nextTurn } from 'node:timers/promises';
import { packBatch, wordsOf } from '../encoder/training/batch.js';
import { encoderParameters, wordTable } from '../encoder/training/parameters.js';
import { type Head, layersOf } from '../heads/head.js';
import type { Targets } from '../heads/loss.js';
import { Tensor } from '../onnx/runtime.js';
import type { RandomGenerator } from '../random/generator.js';
import { batchParts } from './batch-parts.js';
import { batchesByLength } from './batches.js';
import { type BoundaryOptions, computeBoundary } from './boundary.js';
import { type LearningShape, LearningWeights } from './learning-weights.js';
import { openNoise } from './noise.js';
import { type EncoderWeights, floatsOf, forwardTokens, openSession, type TokenRows, wordVectors } from './runs.js';
import { type FinePlan, forwardGraph, gradientOf, headParameter, headShapes, stepGraph } from './step-graph.js';

export interface StepResult {
  /** Of each head, before its weight. */
  readonly losses: readonly number[];
  /** Rows of the word table that have a gradient. */
  readonly words: Int32Array;
}

/** An encoder and heads that learn: gradients of a batch, vectors of rows. */
export interface LearningEncoder {
  readonly weights: LearningWeights;
  /** Numbers of a vector. */
  readonly dimensions: number;
  /** Gradients of the weighted sum of losses on some rows; they lie in `weights` afterwards. */
  gradients(
    rows: readonly number[],
    targets: readonly Targets[],
    lossWeights: readonly number[],
    noise: RandomGenerator,
  ): Promise<StepResult>;
  /** Unit vectors of some rows as the weights are now, without noise: [rows, hidden] in the order of the rows. */
  embed(rows: readonly number[], vectorOf: (row: number, vector: Float32Array) => void): Promise<void>;
  close(): Promise<void>;
}

export interface LearningOptions extends BoundaryOptions {
  /** The most rows that one step takes. */
  readonly batchSize: number;
  /** About what a run may keep for its way back: larger batches are run in parts. */
  readonly activationBytes?: number;
}

/**
 * Opens what learns. With frozen layers, their activations are computed here, once for all rows.
 * @throws signal.reason when aborted while the boundary is computed
 */
export async function openLearningEncoder(
  plan: FinePlan,
  start: EncoderWeights,
  heads: readonly Head[],
  rows: TokenRows,
  used: readonly number[],
  options: LearningOptions,
): Promise<LearningEncoder> {
  const { architecture, learning, pooling } = plan;
  const { hidden } = architecture;
  const all = learning.kind === 'all';
  const partsOf = (lengths: readonly number[]) => batchParts(lengths, plan, options.activationBytes);
  const largestBatch = used
    .map((row) => rows[row].length)
    .sort((a, b) => b - a)
    .slice(0, options.batchSize);
  const vocabulary = architecture.vocabulary;
  const mostTouched = Math.min(vocabulary, total(largestBatch));
  const weights = new LearningWeights(
    learningShapes(plan),
    all ? { rows: vocabulary, columns: hidden, mostTouched } : undefined,
    partsOf(largestBatch).length > 1,
  );
  setStart(weights, plan, start, heads);
  const boundary = all ? undefined : await computeBoundary(plan, learning.frozenLayers, start, rows, used, options);
  const { graph, noise: noiseInputs } = stepGraph(plan);
  const [step, forward] = [
    await openSession(graph, options.threads),
    await openSession(forwardGraph(plan), options.threads),
  ];
  const weightFeeds = { ...weights.feeds, ...frozenFeeds(plan, heads) };
  const headless = Object.fromEntries(
    Object.entries(weightFeeds).filter(([name]) => forward.inputNames.includes(name)),
  );
  const drawNoise = openNoise(noiseInputs);

  /** The words of a batch and what the table holds of them. */
  const wordsIn = (batch: readonly number[]) => {
    const { words, tokensOf } = wordsOf(boundary ? [] : batch.map((row) => rows[row]));
    return { words, tokensOf, vectors: wordVectors(weights.tableValues, words, hidden) };
  };
  /** What some rows of a batch are to the graph. */
  const inputsOf = (part: readonly number[], { tokensOf, vectors }: ReturnType<typeof wordsIn>) => {
    const ids = part.map((row) => rows[row]);
    const packed = packBatch(ids, architecture.heads, pooling);
    const start: Record<string, Tensor> = boundary
      ? { boundary: new Tensor('float32', boundary.gather(part), [packed.tokens, hidden]) }
      : { ...tokensOf(ids), words: vectors };
    return { packed, feeds: { ...packed.attention, ...packed.pooling, ...start } };
  };
  /** Where a run puts gradients: the first part of a batch, or a further one. */
  const fetchesOf = (words: number, further: boolean) => ({
    ...weights.gradientFetches(gradientOf, further),
    ...(all && {
      [gradientOf('words')]: new Tensor('float32', weights.tableGradients(words, further), [words, hidden]),
    }),
  });

  return {
    weights,
    dimensions: hidden,
    async gradients(batch, targets, lossWeights, noise) {
      const words = wordsIn(batch);
      const counts = targets.map(({ weights }) => shares(weights));
      const losses = targets.map(() => 0);
      const parts = partsOf(batch.map((row) => rows[row].length));
      for (const [place, { from, to }] of parts.entries()) {
        if (place > 0) await nextTurn();
        options.signal.throwIfAborted();
        const { packed, feeds } = inputsOf(batch.slice(from, to), words);
        const given = targets.flatMap(({ given }, h): [string, Tensor][] => {
          const labels = given.length / batch.length;
          const some = given.subarray(from * labels, to * labels);
          return [
            [`given.${h}`, new Tensor('float32', some, [to - from, labels])],
            [`weights.${h}`, new Tensor('float32', counts[h].subarray(from, to), [to - from])],
            [`lossWeight.${h}`, new Tensor('float32', Float32Array.of(lossWeights[h]), [])],
          ];
        });
        const told = losses.map(() => new Float32Array(1));
        const lossFetches = told.map((loss, h): [string, Tensor] => [`loss.${h}`, new Tensor('float32', loss, [])]);
        await step.run(
          { ...weightFeeds, ...feeds, ...drawNoise(packed, noise), ...Object.fromEntries(given) },
          { ...fetchesOf(words.words.length, place > 0), ...Object.fromEntries(lossFetches) },
        );
        if (place > 0) weights.addFurther(words.words.length);
        told.forEach(([loss], h) => {
          losses[h] += loss;
        });
      }
      const labelled = targets.map((target) => target.weights.some((weight) => weight > 0));
      return { losses: losses.map((loss, h) => (labelled[h] ? loss : Number.NaN)), words: words.words };
    },
    async embed(which, vectorOf) {
      for (const batch of batchesByLength(which, (row) => rows[row].length, forwardTokens)) {
        await nextTurn();
        options.signal.throwIfAborted();
        const { embedding } = await forward.run({ ...headless, ...inputsOf(batch, wordsIn(batch)).feeds });
        const vectors = floatsOf(embedding);
        batch.forEach((row, place) => {
          vectorOf(row, vectors.subarray(place * hidden, (place + 1) * hidden));
        });
      }
    },
    async close() {
      boundary?.close();
      await Promise.all([step.release(), forward.release()]);
    },
  };
}

/** Everything that learns but the word table: the encoder's tensors, then the heads'. */
function learningShapes({ architecture, heads, learning }: FinePlan): readonly LearningShape[] {
  return [
    ...encoderParameters(architecture, learning).map(
      ({ name, shape, decays }): LearningShape => ({ name, shape, decays, group: 'encoder' }),
    ),
    ...heads.flatMap((head, h) =>
      (head.frozen ? [] : headShapes(head, architecture.hidden)).map(
        (shape, i): LearningShape => ({ name: headParameter(h, i), shape, decays: shape.length > 1, group: 'head' }),
      ),
    ),
  ];
}

function setStart(weights: LearningWeights, plan: FinePlan, start: EncoderWeights, heads: readonly Head[]): void {
  for (const { name } of encoderParameters(plan.architecture, plan.learning)) weights.values(name).set(start(name));
  if (plan.learning.kind === 'all') weights.tableValues.set(start(wordTable));
  heads.forEach((head, h) => {
    if (plan.heads[h].frozen) return;
    tensorsOf(head).forEach((numbers, i) => {
      weights.values(headParameter(h, i)).set(numbers);
    });
  });
}

/** The heads that keep their weights, as the graph takes them. */
function frozenFeeds({ architecture, heads: plans }: FinePlan, heads: readonly Head[]): Record<string, Tensor> {
  const feeds = plans.flatMap((plan, h) =>
    plan.frozen
      ? headShapes(plan, architecture.hidden).map((shape, i): [string, Tensor] => [
          headParameter(h, i),
          new Tensor('float32', tensorsOf(heads[h])[i], shape),
        ])
      : [],
  );
  return Object.fromEntries(feeds);
}

const tensorsOf = (head: Head): readonly Float32Array[] => layersOf(head).flatMap(({ weight, bias }) => [weight, bias]);

/** Weights that sum to 1, where any is above 0: the loss is a mean. */
function shares(weights: Float32Array): Float32Array {
  const all = total(weights);
  return weights.map((weight) => weight / (all || 1));
}

const total = (numbers: Iterable<number>): number => {
  let sum = 0;
  for (const number of numbers) sum += number;
  return sum;
};
