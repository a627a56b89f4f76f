import * as tf from '@tensorflow/tfjs';
import type { TaskKind } from '../datasets/example.js';
import type { Layer } from './head.js';

/** A head as it learns: its layers from the bottom, and how its loss counts. */
export interface LearningHead {
  readonly kind: TaskKind;
  readonly layers: readonly Layer[];
  /** What the task's loss is multiplied with in the sum that is minimized. */
  readonly lossWeight: number;
}

/** What a batch says of one task. A row without a label for it has weight 0 and adds nothing. */
export interface Targets {
  /** [rows, labels]: 1 where the label is right. */
  readonly given: Float32Array;
  /** [rows]: what the row's loss is multiplied with. */
  readonly weights: Float32Array;
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
  return tf.tidy(() => {
    const input = twoWays(vectors, vectors.length / rows);
    const layers = heads.map((head) => head.layers.map(tensorsOf));
    const weightedLoss = (): tf.Scalar =>
      tf.addN(
        heads.map((head, h) => {
          const total = targets[h].weights.reduce((a, b) => a + b, 0);
          const given = matrix(targets[h].given, targets[h].given.length / rows);
          const summed = tf.dot(
            rowLosses(head.kind, logits(layers[h], input, ask), given),
            tf.tensor1d(targets[h].weights),
          );
          const loss = summed.div(total || 1);
          if (total > 0) losses[h] = loss.dataSync()[0];
          return loss.mul(head.lossWeight);
        }),
      );
    const learning = layers.flat().flatMap(({ weight, bias }) => [weight.upright, bias]);
    const gradients = tf.grads(weightedLoss)(ask.vectors ? [input.upright, ...learning] : learning);
    const numbers = gradients.map((gradient) => Float32Array.from(gradient.dataSync()));
    const vectorGradient = ask.vectors ? numbers.shift() : undefined;
    const layerGradients = heads.map((head) =>
      head.layers.map((layer) => ({ weight: numbers.shift() ?? layer.weight, bias: numbers.shift() ?? layer.bias })),
    );
    return { losses, layers: layerGradients, vectors: vectorGradient };
  });
}

/**
 * The logits of many texts at once.
 * @param vectors [rows, dimensions]
 * @returns one [labels] a row
 */
export function batchLogits(layers: readonly Layer[], vectors: Float32Array, rows: number): Float32Array[] {
  if (rows === 0) return [];
  const flat = tf.tidy(() =>
    logits(layers.map(tensorsOf), twoWays(vectors, vectors.length / rows), {}).dataSync<'float32'>(),
  );
  const width = flat.length / rows;
  return Array.from({ length: rows }, (_, row) => flat.slice(row * width, (row + 1) * width));
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
  const sums = product(x, layer.weight, ask.vectors ?? false).add<tf.Tensor2D>(layer.bias);
  if (above.length === 0) return sums;
  const hidden = gelu(sums);
  return logits(above, { upright: hidden, transposed: tf.transpose(hidden) }, { vectors: true });
}

/** x times weight; without the gradient with respect to x where nobody asks for it, which is half the work. */
function product(x: TwoWays, weight: TwoWays, ofX: boolean): tf.Tensor2D {
  const ofWeight = (gradient: tf.Tensor) => tf.matMul(x.transposed, gradient);
  const value = () => tf.matMul(x.upright, weight.upright);
  const multiply = ofX
    ? tf.customGrad(() => ({
        value: value(),
        gradFunc: (gradient: tf.Tensor) => [tf.matMul(gradient, weight.transposed), ofWeight(gradient)],
      }))
    : tf.customGrad(() => ({ value: value(), gradFunc: (gradient: tf.Tensor) => ofWeight(gradient) }));
  const columns = weight.upright.shape[1];
  return (ofX ? multiply(x.upright, weight.upright) : multiply(weight.upright)).as2D(x.upright.shape[0], columns);
}

const gelu = (x: tf.Tensor2D): tf.Tensor2D =>
  x.mul(0.5).mul(tf.tanh(x.add(x.pow(3).mul(0.044715)).mul(Math.sqrt(2 / Math.PI))).add(1));

/** The loss of each row, [rows]. */
function rowLosses(kind: TaskKind, logits: tf.Tensor2D, given: tf.Tensor2D): tf.Tensor1D {
  if (kind === 'SINGLE_LABEL') return tf.logSoftmax(logits).mul(given).sum<tf.Tensor1D>(1).neg();
  // log(1 + e^z) - z * given, in the form that cannot overflow
  return tf
    .relu(logits)
    .sub(logits.mul(given))
    .add(tf.softplus(tf.abs(logits).neg()))
    .sum<tf.Tensor1D>(1);
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
