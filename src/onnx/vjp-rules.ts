import type { GraphBuilder } from './builder.js';
import { float, floatOf, int, intOf, ints, intsOf, type Node, type Shape, text, type Value } from './graph.js';
import { axisOf } from './shapes.js';
import { integersOf } from './tensor.js';

/**
 * The vector-Jacobian product of one operator: given the gradient of its first output, the gradients of its inputs in
 * their order (those left out not counted), undefined where an input has none.
 */
type VjpRule = (g: GraphBuilder, dy: Value, inputs: readonly Value[], node: Node) => readonly (Value | undefined)[];

/** For each operator its rule. y stands for its output, the letters of its inputs are those of the ONNX standard. */
export const vjpRules: Readonly<Record<string, VjpRule>> = {
  Identity: (_, dy) => [dy],
  Add: (g, dy, [a, b]) => [sumTo(g, dy, a.shape), sumTo(g, dy, b.shape)],
  Sub: (g, dy, [a, b]) => [sumTo(g, dy, a.shape), sumTo(g, neg(g, dy), b.shape)],
  Mul: (g, dy, [a, b]) => [sumTo(g, mul(g, dy, b), a.shape), sumTo(g, mul(g, dy, a), b.shape)],
  Div: (g, dy, [a, b], { outputs: [y] }) => {
    const da = div(g, dy, b);
    return [sumTo(g, da, a.shape), sumTo(g, neg(g, mul(g, da, y)), b.shape)];
  },

  Neg: (g, dy) => [neg(g, dy)],
  Reciprocal: (g, dy, _, { outputs: [y] }) => [neg(g, mul(g, dy, mul(g, y, y)))],
  Exp: (g, dy, _, { outputs: [y] }) => [mul(g, dy, y)],
  Sqrt: (g, dy, _, { outputs: [y] }) => [div(g, scale(g, dy, 0.5), y)],
  Tanh: (g, dy, _, { outputs: [y] }) => [mul(g, dy, oneMinusSquare(g, y))],
  Erf: (g, dy, [x]) => [mul(g, dy, scale(g, bell(g, x), 2 / Math.sqrt(Math.PI)))],
  Relu: (g, dy, [x]) => [mul(g, dy, g.op('Cast', [g.op('Less', [g.scalar(0), x])], { to: int(1) }))],

  Gelu: (g, dy, [x]) => [mul(g, dy, geluSlope(g, x))],
  BiasGelu: (g, dy, [a, b]) => {
    const dx = mul(g, dy, geluSlope(g, add(g, a, b)));
    return [sumTo(g, dx, a.shape), sumTo(g, dx, b.shape)];
  },
  FastGelu: (g, dy, [x, bias]) => {
    const dx = mul(g, dy, fastGeluSlope(g, bias === undefined ? x : add(g, x, bias)));
    return bias === undefined ? [dx] : [dx, sumTo(g, dx, bias.shape)];
  },

  Softmax: (g, dy, _, node) => {
    const [y] = node.outputs;
    const axis = intOf(node, 'axis', -1);
    return [mul(g, y, sub(g, dy, reduce(g, 'ReduceSum', mul(g, dy, y), [axis])))];
  },
  LayerNormalization: (g, dy, [x, weight, bias], node) => {
    const [, mean, inverseDeviation] = node.outputs;
    if (inverseDeviation === undefined)
      throw new Error('LayerNormalization: its mean and deviation are needed, so ask for 3 outputs');
    const axes = [...x.shape.keys()].slice(axisOf(intOf(node, 'axis', -1), x.shape.length));
    const average = (value: Value) => reduce(g, 'ReduceMean', value, axes);
    const normed = mul(g, sub(g, x, mean), inverseDeviation);
    const d = mul(g, dy, weight);
    const centred = sub(g, sub(g, d, average(d)), mul(g, normed, average(mul(g, d, normed))));
    const dWeight = sumTo(g, mul(g, dy, normed), weight.shape);
    return [mul(g, inverseDeviation, centred), dWeight, bias && sumTo(g, dy, bias.shape)];
  },
  LpNormalization: (g, dy, [x], node) => {
    const [y] = node.outputs;
    const sum = (value: Value) => reduce(g, 'ReduceSum', value, [intOf(node, 'axis', -1)]);
    return [div(g, sub(g, dy, mul(g, y, sum(mul(g, dy, y)))), g.op('Sqrt', [sum(mul(g, x, x))]))];
  },

  MatMul: (g, dy, [a, b]) => productGradients(g, dy, a, b, { transA: 0, transB: 0, alpha: 1 }),
  FusedMatMul: (g, dy, [a, b], node) => productGradients(g, dy, a, b, productOf(node)),
  Gemm: (g, dy, [a, b, c], node) => [
    ...productGradients(g, dy, a, b, productOf(node)),
    c && sumTo(g, scale(g, dy, floatOf(node, 'beta', 1)), c.shape),
  ],

  Transpose: (g, dy, [x], node) => {
    const order = intsOf(node, 'perm') ?? [...x.shape.keys()].reverse();
    return [g.op('Transpose', [dy], { perm: ints(...order.map((_, axis) => order.indexOf(axis))) })];
  },
  Reshape: (g, dy, [x]) => [shapedLike(g, dy, x)],
  Squeeze: (g, dy, [x]) => [shapedLike(g, dy, x)],
  Unsqueeze: (g, dy, [x]) => [shapedLike(g, dy, x)],
  Where: (g, dy, [condition, a, b]) => [
    undefined,
    sumTo(g, g.op('Where', [condition, dy, g.scalar(0)]), a.shape),
    sumTo(g, g.op('Where', [condition, g.scalar(0), dy]), b.shape),
  ],

  ReduceSum: (g, dy, [x, axes], node) => [spread(g, dy, x, axes, node)],
  ReduceMean: (g, dy, [x, axes], node) => {
    const count = reducedAxes(x, axes).reduce((product, axis) => product * known(x.shape[axis]), 1);
    return [scale(g, spread(g, dy, x, axes, node), 1 / count)];
  },

  // A row that is read several times collects all their gradients.
  Gather: (g, dy, [table, indices], node) => {
    if (intOf(node, 'axis', 0) !== 0) throw new Error('Gather: only rows (axis 0) can be differentiated');
    const zeros = g.op('Expand', [g.scalar(0), g.op('Shape', [table])], {}, table.shape);
    const places = g.op('Unsqueeze', [g.op('Cast', [indices], { to: int(7) }), g.integers(-1)]);
    return [g.op('ScatterND', [zeros, places, dy], { reduction: text('add') }, table.shape)];
  },
  Concat: (g, dy, inputs, node) => {
    const axis = axisOf(intOf(node, 'axis', 0), dy.shape.length);
    let end = 0;
    return inputs.map(({ shape }) => {
      const start = end;
      end += known(shape[axis]);
      return g.op('Slice', [dy, g.integers(start), g.integers(end), g.integers(axis)], {}, shape);
    });
  },
  Slice: (g, dy, [x, starts, , axes]) => {
    const on = axes ? constant(axes).map((axis) => axisOf(axis, x.shape.length)) : [...constant(starts).keys()];
    const before = x.shape.map((size, axis) =>
      on.includes(axis) ? bounded(constant(starts)[on.indexOf(axis)], known(size)) : 0,
    );
    const after = x.shape.map((size, axis) =>
      on.includes(axis) ? known(size) - before[axis] - known(dy.shape[axis]) : 0,
    );
    return [g.op('Pad', [dy, g.integers(...before, ...after)], {}, x.shape)];
  },
};

const add = (g: GraphBuilder, a: Value, b: Value): Value => g.op('Add', [a, b]);
const sub = (g: GraphBuilder, a: Value, b: Value): Value => g.op('Sub', [a, b]);
const mul = (g: GraphBuilder, a: Value, b: Value): Value => g.op('Mul', [a, b]);
const div = (g: GraphBuilder, a: Value, b: Value): Value => g.op('Div', [a, b]);
const neg = (g: GraphBuilder, x: Value): Value => g.op('Neg', [x]);
const scale = (g: GraphBuilder, x: Value, by: number): Value => (by === 1 ? x : mul(g, x, g.scalar(by)));
const oneMinusSquare = (g: GraphBuilder, x: Value): Value => sub(g, g.scalar(1), mul(g, x, x));

/** e^(-x^2) */
const bell = (g: GraphBuilder, x: Value): Value => g.op('Exp', [neg(g, mul(g, x, x))]);

/** Of x times the normal distribution's share below x: that share, and x times the density at x. */
function geluSlope(g: GraphBuilder, x: Value): Value {
  const scaled = scale(g, x, Math.SQRT1_2);
  const share = scale(g, add(g, g.op('Erf', [scaled]), g.scalar(1)), 0.5);
  return add(g, share, mul(g, x, scale(g, bell(g, scaled), 1 / Math.sqrt(2 * Math.PI))));
}

/** Of x (1 + tanh(k (x + c x^3))) / 2 (Hendrycks & Gimpel 2016). */
function fastGeluSlope(g: GraphBuilder, x: Value): Value {
  const [k, c] = [Math.sqrt(2 / Math.PI), 0.044715];
  const square = mul(g, x, x);
  const t = g.op('Tanh', [mul(g, x, add(g, scale(g, square, k * c), g.scalar(k)))]);
  const inner = add(g, scale(g, square, 3 * k * c), g.scalar(k));
  return scale(g, add(g, add(g, t, g.scalar(1)), mul(g, mul(g, x, inner), oneMinusSquare(g, t))), 0.5);
}

interface Product {
  readonly transA: number;
  readonly transB: number;
  readonly alpha: number;
}

const productOf = (node: Node): Product => ({
  transA: intOf(node, 'transA', 0),
  transB: intOf(node, 'transB', 0),
  alpha: floatOf(node, 'alpha', 1),
});

/** Of alpha A B, each as it is or transposed: alpha dY B' and alpha A' dY, transposed where the input was. */
function productGradients(
  g: GraphBuilder,
  dy: Value,
  a: Value,
  b: Value,
  { transA, transB, alpha }: Product,
): readonly Value[] {
  const multiply = (left: Value, turnLeft: number, right: Value, turnRight: number) =>
    g.op('FusedMatMul', [left, right], { alpha: float(alpha), transA: int(turnLeft), transB: int(turnRight) });
  const da = transA ? multiply(b, transB, dy, 1) : multiply(dy, 0, b, 1 - transB);
  const db = transB ? multiply(dy, 1, a, transA) : multiply(a, 1 - transA, dy, 0);
  return [sumTo(g, da, a.shape), sumTo(g, db, b.shape)];
}

/** Undoes broadcasting: sums over the axes along which a value of this shape was repeated. */
function sumTo(g: GraphBuilder, x: Value, shape: Shape): Value {
  const extra = x.shape.length - shape.length;
  const repeated = [...x.shape.keys()].filter(
    (axis) => axis < extra || (shape[axis - extra] === 1 && x.shape[axis] !== 1),
  );
  if (repeated.length === 0) return x;
  const summed = reduce(g, 'ReduceSum', x, repeated);
  return extra === 0 ? summed : g.op('Squeeze', [summed, g.integers(...Array(extra).keys())]);
}

/** Over some axes, which stay as axes of size 1. */
const reduce = (g: GraphBuilder, operator: 'ReduceSum' | 'ReduceMean', x: Value, axes: readonly number[]): Value =>
  g.op(operator, [x, g.integers(...axes)], { keepdims: int(1) });

const shapedLike = (g: GraphBuilder, x: Value, like: Value): Value =>
  g.op('Reshape', [x, g.op('Shape', [like])], {}, like.shape);

/** The gradient of a reduction, the same for all that was reduced to one number. */
function spread(g: GraphBuilder, dy: Value, x: Value, axes: Value | undefined, node: Node): Value {
  const kept = intOf(node, 'keepdims', 1) === 1 ? dy : g.op('Unsqueeze', [dy, g.integers(...reducedAxes(x, axes))]);
  return g.op('Expand', [kept, g.op('Shape', [x])], {}, x.shape);
}

const reducedAxes = (x: Value, axes: Value | undefined): readonly number[] =>
  axes ? constant(axes).map((axis) => axisOf(axis, x.shape.length)) : [...x.shape.keys()];

function constant({ name, producer }: Value): readonly number[] {
  const values = producer.kind === 'constant' ? integersOf(producer.tensor) : undefined;
  if (values === undefined) throw new Error(`${name} is not a constant`);
  return values;
}

function known(size: number | string): number {
  if (typeof size === 'string') throw new Error(`${size} is only known when the graph runs`);
  return size;
}

const bounded = (at: number, size: number): number => Math.min(size, Math.max(0, at < 0 ? at + size : at));
