import type { GraphBuilder } from './builder.js';
import { type Attributes, floatOf, int, intOf, ints, intsOf, type Value } from './graph.js';
import { axisOf } from './shapes.js';
import {
  add,
  addedUp,
  bell,
  cast,
  div,
  fastGeluSlope,
  geluSlope,
  known,
  movedBack,
  mul,
  neg,
  nothing,
  padded,
  productGradients,
  reducedAxes,
  reducedCount,
  reshapedLike,
  scaled,
  spread,
  square,
  sub,
  sum,
  sumTo,
  type WayBack,
  weightedSum,
} from './vjp-terms.js';

/** A node whose output has a gradient. */
export interface Differentiated {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly attributes: Attributes;
  /** The gradients that have arrived at its outputs; undefined where none has. */
  readonly gradients: readonly (Value | undefined)[];
  /** For indices of rows that are only moved, where they come from. */
  readonly waysBack: ReadonlyMap<Value, WayBack>;
}

/**
 * For each input of a node, how to write its gradient; the loop only calls for those that are wanted. `dy` is the gradient
 * that arrived, at the first output of all operators but Split.
 */
export type VjpRule = (g: GraphBuilder, dy: Value, node: Differentiated) => readonly (() => Value)[];

/** For each operator: given the gradient of its output, the gradients of its inputs (Griewank & Walther 2008, ch. 3). */
export const vjpRules: Readonly<Record<string, VjpRule>> = {
  Add: (g, dy, { inputs: [a, b] }) => [() => sumTo(g, dy, a), () => sumTo(g, dy, b)],
  Sub: (g, dy, { inputs: [a, b] }) => [() => sumTo(g, dy, a), () => sumTo(g, neg(g, dy), b)],
  Mul: (g, dy, { inputs: [a, b] }) => [() => sumTo(g, mul(g, dy, b), a), () => sumTo(g, mul(g, dy, a), b)],
  Div: (g, dy, { inputs: [a, b], outputs: [y] }) => [
    () => sumTo(g, div(g, dy, b), a),
    () => sumTo(g, neg(g, div(g, mul(g, dy, y), b)), b),
  ],
  Where: (g, dy, { inputs: [condition, a, b] }) => [
    nothing,
    () => sumTo(g, g.op('Where', [condition, dy, g.scalar(0)]), a),
    () => sumTo(g, g.op('Where', [condition, g.scalar(0), dy]), b),
  ],

  Abs: (g, dy, { inputs: [x] }) => [() => mul(g, dy, g.op('Sign', [x]))],
  Exp: (g, dy, { outputs: [y] }) => [() => mul(g, dy, y)],
  Identity: (_, dy) => [() => dy],
  Log: (g, dy, { inputs: [x] }) => [() => div(g, dy, x)],
  Neg: (g, dy) => [() => neg(g, dy)],
  Reciprocal: (g, dy, { outputs: [y] }) => [() => neg(g, mul(g, dy, square(g, y)))],
  Relu: (g, dy, { outputs: [y] }) => [() => mul(g, dy, g.op('Sign', [y]))],
  Sigmoid: (g, dy, { outputs: [y] }) => [() => mul(g, dy, sub(g, y, square(g, y)))],
  Softplus: (g, dy, { inputs: [x] }) => [() => mul(g, dy, g.op('Sigmoid', [x]))],
  Sqrt: (g, dy, { outputs: [y] }) => [() => div(g, mul(g, dy, g.scalar(0.5)), y)],
  Tanh: (g, dy, { outputs: [y] }) => [() => mul(g, dy, sub(g, g.scalar(1), square(g, y)))],
  Cast: (g, dy, { inputs: [x] }) => [() => cast(g, dy, x.type)],

  Erf: (g, dy, { inputs: [x] }) => [() => mul(g, dy, scaled(g, bell(g, x), 2 / Math.sqrt(Math.PI)))],
  Gelu: (g, dy, { inputs: [x], attributes }) => {
    if ('approximate' in attributes)
      throw new Error('Gelu: only the exact form has a gradient here; FastGelu is the other');
    return [() => mul(g, dy, geluSlope(g, x))];
  },
  BiasGelu: (g, dy, { inputs: [x, bias] }) => {
    const gradient = () => mul(g, dy, geluSlope(g, add(g, x, bias)));
    return [gradient, () => sumTo(g, gradient(), bias)];
  },
  FastGelu: (g, dy, { inputs: [x, bias] }) => {
    const gradient = () => mul(g, dy, fastGeluSlope(g, bias ? add(g, x, bias) : x));
    return [gradient, () => sumTo(g, gradient(), bias)];
  },

  MatMul: (g, dy, node) => productGradients(g, 'FusedMatMul', dy, node),
  FusedMatMul: (g, dy, node) => productGradients(g, 'FusedMatMul', dy, node),
  Gemm: (g, dy, node) => [
    ...productGradients(g, 'Gemm', dy, node),
    () => sumTo(g, scaled(g, dy, floatOf(node, 'beta', 1)), node.inputs[2]),
  ],

  Softmax: (g, dy, node) => {
    const [y] = node.outputs;
    return [() => mul(g, y, sub(g, dy, sum(g, mul(g, dy, y), intOf(node, 'axis', -1))))];
  },
  LogSoftmax: (g, dy, node) => {
    const [y] = node.outputs;
    return [() => sub(g, dy, mul(g, g.op('Exp', [y]), sum(g, dy, intOf(node, 'axis', -1))))];
  },
  // y = scale * n + shift, n = (x - mean) * rate; over the last axis (Ba, Kiros & Hinton 2016).
  LayerNormalization: (g, dy, node) => {
    const [[x, scale, shift], [, mean, rate]] = [node.inputs, node.outputs];
    if (axisOf(intOf(node, 'axis', -1), x.shape.length) !== x.shape.length - 1)
      throw new Error('LayerNormalization: only over the last axis is there a gradient here');
    if (rate === undefined) throw new Error('LayerNormalization: ask for all three outputs where gradients are wanted');
    const n = mul(g, sub(g, x, mean), rate);
    const along = mul(g, dy, n);
    // The means over the axis of dn = scale * dy, and of n * dn.
    const meanOf = (y: Value) => weightedSum(g, y, scaled(g, scale, 1 / known(x.shape[x.shape.length - 1])));
    return [
      () => mul(g, rate, sub(g, sub(g, mul(g, dy, scale), meanOf(dy)), mul(g, n, meanOf(along)))),
      () => sumTo(g, along, scale),
      () => sumTo(g, dy, shift),
    ];
  },
  // y = x / |x|
  LpNormalization: (g, dy, node) => {
    const [[x], [y], axis] = [node.inputs, node.outputs, intOf(node, 'axis', -1)];
    if (intOf(node, 'p', 2) !== 2) throw new Error('LpNormalization: only p = 2 has a gradient here');
    const length = () => g.op('Sqrt', [g.op('ReduceSumSquare', [x, g.integers(axis)])]);
    return [() => div(g, sub(g, dy, mul(g, y, sum(g, mul(g, dy, y), axis))), length())];
  },

  ReduceSum: (g, dy, node) => [() => spread(g, dy, node)],
  ReduceMean: (g, dy, node) => [() => div(g, spread(g, dy, node), reducedCount(g, node))],
  // The largest share the gradient where they are several.
  ReduceMax: (g, dy, node) => {
    const [[x], [y], axes] = [node.inputs, node.outputs, reducedAxes(g, node)];
    const isTop = () => cast(g, g.op('Equal', [x, spread(g, y, node)]), x.type);
    return [() => mul(g, spread(g, dy, node), div(g, isTop(), g.op('ReduceSum', [isTop(), axes])))];
  },

  Reshape: (g, dy, { inputs: [x] }) => [() => reshapedLike(g, dy, x), nothing],
  Squeeze: (g, dy, { inputs: [x] }) => [() => reshapedLike(g, dy, x), nothing],
  Unsqueeze: (g, dy, { inputs: [x] }) => [() => reshapedLike(g, dy, x), nothing],
  Transpose: (g, dy, node) => {
    const order = intsOf(node, 'perm') ?? [...dy.shape.keys()].reverse();
    return [() => g.op('Transpose', [dy], { perm: ints(...order.map((_, axis) => order.indexOf(axis))) })];
  },
  Concat: (g, dy, node) => {
    const axis = axisOf(intOf(node, 'axis', 0), dy.shape.length);
    const sizes = node.inputs.map(({ shape }) => known(shape[axis]));
    const starts = sizes.map((_, part) => sizes.slice(0, part).reduce((a, b) => a + b, 0));
    return sizes.map((size, part) => () => {
      const [from, to] = [g.integers(starts[part]), g.integers(starts[part] + size)];
      return g.op('Slice', [dy, from, to, g.integers(axis)]);
    });
  },
  Split: (g, dy, { outputs, gradients, attributes }) => {
    const parts = () => outputs.map((output, part) => gradients[part] ?? mul(g, output, g.scalar(0)));
    return [() => g.op('Concat', parts(), { axis: int(axisOf(intOf({ attributes }, 'axis', 0), dy.shape.length)) })];
  },
  Slice: (g, dy, { inputs: [x, starts, , axes] }) => [() => padded(g, dy, x, starts, axes), nothing, nothing, nothing],
  // Rows that are taken more than once add up, unless they are known to be only moved.
  Gather: (g, dy, node) => {
    const [table, indices] = node.inputs;
    if (intOf(node, 'axis', 0) !== 0) throw new Error('Gather: only axis 0 has a gradient here');
    const back = node.waysBack.get(indices);
    return [() => (back ? movedBack(g, table, back, dy) : addedUp(g, table, indices, dy)), nothing];
  },
};
