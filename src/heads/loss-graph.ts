import type { TaskKind } from '../datasets/example.js';
import type { GraphBuilder } from '../onnx/builder.js';
import { int, type Value } from '../onnx/graph.js';

/** A head within a graph: its layers from the bottom, `weight` [inputs, outputs] and `bias` [outputs]. */
export interface HeadValues {
  readonly kind: TaskKind;
  readonly layers: readonly { readonly weight: Value; readonly bias: Value }[];
}

/** What a batch says of one task. */
export interface TargetValues {
  /** [texts, labels]: 1 where the label is right. */
  readonly given: Value;
  /** [texts]: what each text's loss is multiplied with; 0 where it has no label. */
  readonly weights: Value;
}

/**
 * The loss of a head as part of a graph, where the encoder learns with it: the same sum as `crossEntropy`'s, which is used
 * when only heads learn.
 * @param vectors [texts, dimensions]
 * @returns one number: the weighted sum over the texts
 */
export function headLoss(g: GraphBuilder, head: HeadValues, vectors: Value, { given, weights }: TargetValues): Value {
  const logits = head.layers.reduce((x, { weight, bias }, depth) => {
    const below = depth === 0 ? x : g.op('FastGelu', [x]);
    return g.op('Gemm', [below, weight, bias]);
  }, vectors);
  const losses = head.kind === 'SINGLE_LABEL' ? softmaxLosses(g, logits, given) : sigmoidLosses(g, logits, given);
  return g.op('ReduceSum', [g.op('Mul', [losses, weights]), g.integers(0)], { keepdims: int(0) });
}

/** -log of the right label's share, [texts]. */
function softmaxLosses(g: GraphBuilder, logits: Value, given: Value): Value {
  const shares = g.op('LogSoftmax', [logits], { axis: int(-1) });
  return g.op('Neg', [sumOverLabels(g, g.op('Mul', [shares, given]))]);
}

/** log(1 + e^z) - z * given over the labels, in the form that cannot overflow, [texts]. */
function sigmoidLosses(g: GraphBuilder, logits: Value, given: Value): Value {
  const soft = g.op('Softplus', [g.op('Neg', [g.op('Abs', [logits])])]);
  const hinge = g.op('Sub', [g.op('Relu', [logits]), g.op('Mul', [logits, given])]);
  return sumOverLabels(g, g.op('Add', [soft, hinge]));
}

const sumOverLabels = (g: GraphBuilder, x: Value): Value =>
  g.op('ReduceSum', [x, g.integers(-1)], { keepdims: int(0) });
