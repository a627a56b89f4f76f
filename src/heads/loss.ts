import type { TaskKind } from '../datasets/example.js';

/** What a batch says of one task. A row without a label for it has weight 0 and adds nothing. */
export interface Targets {
  /** [rows, labels]: 1 where the label is right. */
  readonly given: Float32Array;
  /** [rows]: what the row's loss is multiplied with. */
  readonly weights: Float32Array;
}

export interface Loss {
  /** The mean over the labelled rows, by their weights; NaN where no row is labelled. */
  readonly loss: number;
  /** Of the loss with respect to the logits, [rows, labels]. */
  readonly gradient: Float32Array;
}

/**
 * Cross-entropy and its gradient in closed form, (prediction - given) a row: of a softmax over the labels (SINGLE_LABEL) or
 * of a sigmoid each, summed over the labels (MULTI_LABEL).
 * @param logits [rows, labels]
 */
export function crossEntropy(kind: TaskKind, logits: Float32Array, { given, weights }: Targets): Loss {
  const labels = logits.length / weights.length;
  const total = weights.reduce((a, b) => a + b, 0);
  const gradient = new Float32Array(logits.length);
  let sum = 0;
  const rowLoss = kind === 'SINGLE_LABEL' ? softmaxRow : sigmoidRow;
  weights.forEach((weight, row) => {
    if (weight !== 0)
      sum += weight * rowLoss(logits, given, gradient, row * labels, (row + 1) * labels, weight / total);
  });
  return { loss: sum / total, gradient };
}

/** -log softmax at the right label; writes the row's gradient, times `scale`. */
function softmaxRow(
  logits: Float32Array,
  given: Float32Array,
  gradient: Float32Array,
  from: number,
  to: number,
  scale: number,
): number {
  let top = -Infinity;
  for (let i = from; i < to; i++) top = Math.max(top, logits[i]);
  let sum = 0;
  for (let i = from; i < to; i++) sum += Math.exp(logits[i] - top);
  let loss = 0;
  for (let i = from; i < to; i++) {
    const logarithm = logits[i] - top - Math.log(sum);
    if (given[i] !== 0) loss -= given[i] * logarithm;
    gradient[i] = scale * (Math.exp(logarithm) - given[i]);
  }
  return loss;
}

/** log(1 + e^z) - z * given, in the form that cannot overflow; writes the row's gradient, times `scale`. */
function sigmoidRow(
  logits: Float32Array,
  given: Float32Array,
  gradient: Float32Array,
  from: number,
  to: number,
  scale: number,
): number {
  let loss = 0;
  for (let i = from; i < to; i++) {
    const z = logits[i];
    loss += Math.max(z, 0) - z * given[i] + Math.log1p(Math.exp(-Math.abs(z)));
    gradient[i] = scale * (1 / (1 + Math.exp(-z)) - given[i]);
  }
  return loss;
}
