import * as tf from '@tensorflow/tfjs';
import type { TaskKind } from '../datasets/example.js';
import type { Layer } from './head.js';
import { crossEntropy, type Targets } from './loss.js';

/** A head as it learns: its layers from the bottom, and how its loss counts. */
export interface LearningHead {
  readonly kind: TaskKind;
  readonly layers: readonly Layer[];
  /** What the task's loss is multiplied with in the sum that is minimized. */
  readonly lossWeight: number;
}

export interface Gradients {
  /** The mean loss of each head over its labelled rows, before `lossWeight`; NaN where the batch has none. */
  readonly losses: readonly number[];
  /** Of the weighted sum of losses, shaped like the heads' layers. */
  readonly layers: readonly (readonly Layer[])[];
  /** Of the same sum with respect to the vectors, [rows, dimensions]: what an encoder that learns goes on with. */
  readonly vectors: Float32Array | undefined;
}

/**
 * The losses of several heads on one batch and their gradients, by TensorFlow.js. Softmax cross-entropy for a
 * SINGLE_LABEL head, sigmoid cross-entropy summed over the labels for a MULTI_LABEL one.
 * @param vectors embeddings, [rows, dimensions]
 * @param targets one a head
 * @param ask.vectors whether the gradient with respect to the vectors is wanted
 */
export function headGradients(
  heads: readonly LearningHead[],
  vectors: Float32Array,
  targets: readonly Targets[],
  ask: { readonly vectors: boolean },
): Gradients {
  const rows = targets[0].weights.length;
  const losses: number[] = heads.map(() => Number.NaN);
  const numbers = tidily(() => {
    const input = twoWays(vectors, vectors.length / rows);
    const layers = heads.map((head) => head.layers.map(tensorsOf));
    const weightedLoss = (): tf.Scalar =>
      tf.addN(
        heads.map((head, h) =>
          endInLoss(logits(layers[h], input, ask), (numbers) => {
            const { loss, gradient } = crossEntropy(head.kind, numbers, targets[h]);
            losses[h] = loss;
            return gradient.map((each) => each * head.lossWeight);
          }),
        ),
      );
    const learning = layers.flat().flatMap(({ weight, bias }) => [weight.upright, bias]);
    const gradients = tf.grads(weightedLoss)(ask.vectors ? [input.upright, ...learning] : learning);
    return gradients.map((gradient) => Float32Array.from(gradient.dataSync()));
  });
  const ofVectors = ask.vectors ? numbers.shift() : undefined;
  const ofLayers = heads.map((head) =>
    head.layers.map((layer) => ({ weight: numbers.shift() ?? layer.weight, bias: numbers.shift() ?? layer.bias })),
  );
  return { losses, layers: ofLayers, vectors: ofVectors };
}

/**
 * The logits of many texts at once.
 * @param vectors [rows, dimensions]
 * @returns one [labels] a row
 */
export function batchLogits(layers: readonly Layer[], vectors: Float32Array, rows: number): Float32Array[] {
  if (rows === 0) return [];
  const flat = tidily(() =>
    logits(layers.map(tensorsOf), twoWays(vectors, vectors.length / rows), {}).dataSync<'float32'>(),
  );
  const width = flat.length / rows;
  return Array.from({ length: rows }, (_, row) => flat.slice(row * width, (row + 1) * width));
}

/**
 * tf.tidy for work that gives numbers: what tf.tidy itself hands back it searches for tensors, number by number, which took
 * half the time of a step.
 */
function tidily<T>(work: () => T): T {
  const given: T[] = [];
  tf.tidy(() => {
    given.push(work());
  });
  return given[0];
}

/**
 * A matrix and its transpose. The gradient of a product needs both; TensorFlow.js would read the one that lies upright
 * column by column, which on the WebAssembly backend takes eight times as long as the product itself.
 */
interface TwoWays {
  readonly upright: tf.Tensor2D;
  readonly transposed: tf.Tensor2D;
}

interface LayerTensors {
  readonly weight: TwoWays;
  readonly bias: tf.Tensor1D;
}

/** [rows, labels] */
function logits(
  [layer, ...above]: readonly LayerTensors[],
  x: TwoWays,
  ask: { readonly vectors?: boolean },
): tf.Tensor2D {
  const sums = dense(x, layer, ask.vectors ?? false);
  if (above.length === 0) return sums;
  const hidden = gelu(sums);
  return logits(above, { upright: hidden, transposed: tf.transpose(hidden) }, { vectors: true });
}

/** x times weight plus bias; without the gradient with respect to x where nobody asks for it, which is half the work. */
function dense(x: TwoWays, { weight, bias }: LayerTensors, ofX: boolean): tf.Tensor2D {
  const sums = tf.customGrad((...given) => {
    // What the gradient needs must be saved: TensorFlow.js clears away what the layers below made once the loss is known.
    const save = given.at(-1);
    if (typeof save === 'function') save([x.transposed, weight.transposed]);
    return {
      value: tf.fused.matMul({ a: x.upright, b: weight.upright, bias }),
      gradFunc: (gradient: tf.Tensor, [xTransposed, weightTransposed]: tf.Tensor[]) => [
        ...(ofX ? [tf.matMul(gradient, weightTransposed)] : []),
        tf.matMul(xTransposed, gradient),
        gradient.sum(0),
      ],
    };
  });
  const learning = [weight.upright, bias];
  return sums(...(ofX ? [x.upright, ...learning] : learning)).as2D(x.upright.shape[0], bias.shape[0]);
}

const gelu = (x: tf.Tensor2D): tf.Tensor2D =>
  x.mul(0.5).mul(tf.tanh(x.add(x.pow(3).mul(0.044715)).mul(Math.sqrt(2 / Math.PI))).add(1));

/**
 * The end of the graph: a loss whose gradient with respect to the logits is known in closed form, which takes a fraction of
 * the time that the graph's own operators need for it. Its value is kept by whoever computes the gradient.
 */
function endInLoss(logits: tf.Tensor2D, gradientOf: (numbers: Float32Array) => Float32Array): tf.Scalar {
  const end = tf.customGrad((...given) => {
    const [z] = given;
    if (!(z instanceof tf.Tensor)) throw new Error('logits are a tensor');
    const gradient = gradientOf(z.dataSync<'float32'>());
    return { value: tf.scalar(0), gradFunc: () => tf.tensor(gradient, z.shape) };
  });
  return end(logits).asScalar();
}

const tensorsOf = ({ weight, bias }: Layer): LayerTensors => ({
  weight: twoWays(weight, bias.length),
  bias: tf.tensor1d(bias),
});

function twoWays(numbers: Float32Array, columns: number): TwoWays {
  const rows = numbers.length / columns;
  const turned = new Float32Array(numbers.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) turned[column * rows + row] = numbers[row * columns + column];
  return { upright: matrix(numbers, columns), transposed: tf.tensor2d(turned, [columns, rows]) };
}

const matrix = (numbers: Float32Array, columns: number): tf.Tensor2D =>
  tf.tensor2d(numbers, [numbers.length / columns, columns]);
