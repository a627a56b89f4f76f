import type { Architecture, Pooling } from '../encoder/architecture.js';
import { packedEncoder } from '../encoder/training/graph.js';
import { encoderParameters, firstLearningLayer, type Learning } from '../encoder/training/parameters.js';
import type { HeadDescription } from '../heads/file.js';
import { headLoss } from '../heads/loss-graph.js';
import { GraphBuilder } from '../onnx/builder.js';
import type { Graph, Shape, Value } from '../onnx/graph.js';
import { vjp } from '../onnx/vjp.js';

/** Shares of the activations that are dropped while learning, 0 to below 1. */
export interface Dropout {
  readonly hidden: number;
  readonly attention: number;
  /** Of the embedding that the heads are given. */
  readonly vector: number;
}

/** A head of a fit. A frozen one keeps its weights, and teaches the encoder all the same. */
export type FineHead = HeadDescription & { readonly frozen: boolean };

/** What the graphs of a fit follow from. */
export interface FinePlan {
  readonly architecture: Architecture;
  readonly pooling: Pooling;
  readonly learning: Learning;
  readonly heads: readonly FineHead[];
  readonly dropout: Dropout;
}

/** A place where activations are multiplied with noise: 0, or 1 / (1 - rate). */
export interface NoiseInput {
  readonly name: string;
  /** In terms of texts, tokens and longest. */
  readonly shape: Shape;
  readonly rate: number;
}

export interface StepGraph {
  readonly graph: Graph;
  readonly noise: readonly NoiseInput[];
}

/** Sizes of a head's tensors, from its lowest layer. */
export const headShapes = ({ hiddenUnits, labels }: HeadDescription, dimensions: number): readonly number[][] =>
  hiddenUnits === 0
    ? [[dimensions, labels.length], [labels.length]]
    : [[dimensions, hiddenUnits], [hiddenUnits], [hiddenUnits, labels.length], [labels.length]];

export const headParameter = (head: number, tensor: number): string => `heads.${head}.${tensor}`;
export const gradientOf = (name: string): string => `gradient of ${name}`;

/**
 * One step of learning but for the change of the weights, as one graph: forward, the heads' losses, backward. One run, so that
 * the activations in between never leave ONNX Runtime and the forward pass is done once.
 *
 * Inputs: what `packedEncoder` asks for; `words` [words, hidden] or `boundary` [tokens, hidden]; every weight by its name; for
 * head h `given.h`, `weights.h` (see `headLoss`) and `lossWeight.h`, what its loss counts in the sum; the noise.
 * Outputs: `loss.h`, and the gradient of the weighted sum with respect to `words` and every weight that learns.
 */
export function stepGraph(plan: FinePlan): StepGraph {
  const { architecture, dropout, heads } = plan;
  const g = new GraphBuilder();
  const noise: NoiseInput[] = [];
  const dropped = (x: Value, place: string, rate: number) => {
    if (rate === 0) return x;
    const name = `noise ${place}`;
    noise.push({ name, shape: x.shape, rate });
    return g.op('Mul', [x, g.input(name, 'float32', x.shape)]);
  };
  const { start, embedding, weights, waysBack } = embeddingOf(g, plan, (x, place, what) =>
    dropped(x, place, dropout[what]),
  );
  const vectors = dropped(embedding, 'vector', dropout.vector);

  const losses = heads.map((head, h) => {
    const tensors = headShapes(head, architecture.hidden).map((shape, i) =>
      g.input(headParameter(h, i), 'float32', shape),
    );
    const layers = tensors.flatMap((weight, i) => (i % 2 === 0 ? [{ weight, bias: tensors[i + 1] }] : []));
    const targets = {
      given: g.input(`given.${h}`, 'float32', ['texts', head.labels.length]),
      weights: g.input(`weights.${h}`, 'float32', ['texts']),
    };
    const loss = headLoss(g, { kind: head.kind, layers }, vectors, targets);
    g.output(`loss.${h}`, loss);
    return {
      learning: head.frozen ? [] : tensors,
      seed: { value: loss, gradient: g.input(`lossWeight.${h}`, 'float32', []) },
    };
  });

  const wanted = [
    ...(plan.learning.kind === 'all' ? [start] : []),
    ...weights,
    ...losses.flatMap(({ learning }) => learning),
  ];
  vjp(
    g,
    losses.map(({ seed }) => seed),
    wanted,
    waysBack,
  ).forEach((gradient, i) => {
    g.output(gradientOf(wanted[i].name), gradient);
  });
  return { graph: g.build('step'), noise };
}

/** The learning part of the encoder alone, without noise. Output: `embedding` [texts, hidden]. */
export function forwardGraph(plan: FinePlan): Graph {
  const g = new GraphBuilder();
  g.output('embedding', embeddingOf(g, plan, (x) => x).embedding);
  return g.build('forward');
}

/** The frozen part of the encoder, up to the first layer that learns. Output: `boundary` [tokens, hidden]. */
export function boundaryGraph({ architecture, pooling }: FinePlan, frozenLayers: number): Graph {
  const g = new GraphBuilder();
  const { weight } = weightInputs(g, architecture);
  const encoder = packedEncoder(g, { architecture, pooling, weight, dropped: (x) => x });
  let x = encoder.embed(g.input('words', 'float32', ['words', architecture.hidden]));
  for (let layer = 0; layer < frozenLayers; layer++) x = encoder.layer(x, layer);
  g.output('boundary', x);
  return g.build('boundary');
}

function embeddingOf(
  g: GraphBuilder,
  { architecture, learning, pooling }: FinePlan,
  dropped: (x: Value, place: string, what: 'hidden' | 'attention') => Value,
) {
  const { hidden, layers } = architecture;
  const { weight, inputs } = weightInputs(g, architecture);
  const encoder = packedEncoder(g, { architecture, pooling, weight, dropped });
  const start =
    learning.kind === 'all'
      ? g.input('words', 'float32', ['words', hidden])
      : g.input('boundary', 'float32', ['tokens', hidden]);
  let x = learning.kind === 'all' ? encoder.embed(start) : start;
  for (let layer = firstLearningLayer(learning); layer < layers; layer++) x = encoder.layer(x, layer);
  return { start, embedding: encoder.pool(x), weights: [...inputs.values()], waysBack: encoder.waysBack };
}

/** The encoder's weights as inputs, as they are asked for: ONNX Runtime reads them where they lie, so they can change between steps. */
function weightInputs(g: GraphBuilder, architecture: Architecture) {
  const parameters = new Map(encoderParameters(architecture, { kind: 'all' }).map((each) => [each.name, each]));
  const inputs = new Map<string, Value>();
  const weight = (name: string): Value => {
    const parameter = parameters.get(name);
    if (parameter === undefined) throw new Error(`the encoder has no weight ${name}`);
    const input = inputs.get(name) ?? g.input(name, 'float32', parameter.shape);
    inputs.set(name, input);
    return input;
  };
  return { weight, inputs };
}
