import { setImmediate as nextTurn } from 'node:timers/promises';
import { Tensor } from 'onnxruntime-node';
import { packBatch, wordsOf } from '../encoder/training/batch.js';
import { encoderParameters, wordTable } from '../encoder/training/parameters.js';
import { type Head, layersOf } from '../heads/head.js';
import type { Targets } from '../heads/loss.js';
import type { RandomGenerator } from '../random/generator.js';
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
  /** The most tokens that one step takes. */
  readonly mostBatchTokens: number;
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
  const weights = new LearningWeights(
    learningShapes(plan),
    all
      ? {
          rows: architecture.vocabulary,
          columns: hidden,
          mostTouched: Math.min(architecture.vocabulary, options.mostBatchTokens),
        }
      : undefined,
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
  const gradientFetches = weights.gradientFetches(gradientOf);
  const drawNoise = openNoise(noiseInputs);

  /** What a batch of rows is to the graph. */
  const batchOf = (batch: readonly number[]) => {
    const ids = batch.map((row) => rows[row]);
    const packed = packBatch(ids, architecture.heads, pooling);
    const lengths = { ...packed.attention, ...packed.pooling };
    if (boundary) {
      const activations = new Tensor('float32', boundary.gather(batch), [packed.tokens, hidden]);
      return { packed, words: new Int32Array(0), feeds: { ...lengths, boundary: activations } };
    }
    const { words, feeds } = wordsOf(ids);
    const vectors = wordVectors(weights.tableValues, words, hidden);
    return { packed, words, feeds: { ...lengths, ...feeds, words: vectors } };
  };

  return {
    weights,
    dimensions: hidden,
    async gradients(batch, targets, lossWeights, noise) {
      const { packed, words, feeds } = batchOf(batch);
      const given = targets.flatMap((target, h): [string, Tensor][] => [
        [`given.${h}`, new Tensor('float32', target.given, [batch.length, target.given.length / batch.length])],
        [`weights.${h}`, new Tensor('float32', shares(target.weights), [batch.length])],
        [`lossWeight.${h}`, new Tensor('float32', Float32Array.of(lossWeights[h]), [])],
      ]);
      const losses = targets.map(() => new Float32Array(1));
      const fetches: Record<string, Tensor> = { ...gradientFetches };
      losses.forEach((loss, h) => {
        fetches[`loss.${h}`] = new Tensor('float32', loss, []);
      });
      if (all)
        fetches[gradientOf('words')] = new Tensor('float32', weights.tableGradients(words.length), [
          words.length,
          hidden,
        ]);
      await step.run({ ...weightFeeds, ...feeds, ...drawNoise(packed, noise), ...Object.fromEntries(given) }, fetches);
      const labelled = targets.map((target) => target.weights.some((weight) => weight > 0));
      return { losses: losses.map(([loss], h) => (labelled[h] ? loss : Number.NaN)), words };
    },
    async embed(which, vectorOf) {
      for (const batch of batchesByLength(which, (row) => rows[row].length, forwardTokens)) {
        await nextTurn();
        options.signal.throwIfAborted();
        const { embedding } = await forward.run({ ...headless, ...batchOf(batch).feeds });
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
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / (total || 1));
}
