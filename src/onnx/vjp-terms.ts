import type { GraphBuilder } from './builder.js';
import { type Attributes, type Dimension, float, floatOf, int, intOf, type Value } from './graph.js';
import { axisOf, reduced } from './shapes.js';
import { type ElementType, elementsOf, integersOf, onnxNumberOf, tensor } from './tensor.js';

/* What the rules of differentiation are written with. */

export const add = (g: GraphBuilder, a: Value, b: Value): Value => g.op('Add', [a, b]);
export const sub = (g: GraphBuilder, a: Value, b: Value): Value => g.op('Sub', [a, b]);
export const mul = (g: GraphBuilder, a: Value, b: Value): Value => g.op('Mul', [a, b]);
export const div = (g: GraphBuilder, a: Value, b: Value): Value => g.op('Div', [a, b]);
export const neg = (g: GraphBuilder, x: Value): Value => g.op('Neg', [x]);
export const square = (g: GraphBuilder, x: Value): Value => mul(g, x, x);
export const scaled = (g: GraphBuilder, x: Value, by: number): Value => (by === 1 ? x : mul(g, x, g.scalar(by)));
export const cast = (g: GraphBuilder, x: Value, type: ElementType): Value =>
  g.op('Cast', [x], { to: int(onnxNumberOf[type]) });

/** The sum along one axis, which stays with size 1. */
export const sum = (g: GraphBuilder, x: Value, axis: number): Value => g.op('ReduceSum', [x, g.integers(axis)]);

/** The sum along the last axis, which stays with size 1, of numbers multiplied with weights: one for each place on that axis. */
export const weightedSum = (g: GraphBuilder, x: Value, weights: Value): Value =>
  g.op('MatMul', [x, g.op('Unsqueeze', [weights, g.integers(1)])]);

/** Stands where an input has no gradient by nature: indices, axes, conditions. */
export function nothing(): never {
  throw new Error('a whole number or a condition has no gradient');
}

/**
 * The gradient of a value that was broadcast: summed over the axes along which it was repeated.
 * @throws Error where it cannot be known before the graph runs whether it was
 */
export function sumTo(g: GraphBuilder, dy: Value, { name, shape }: Value): Value {
  const added = dy.shape.length - shape.length;
  const repeated = shape.flatMap((size, i) => (wasRepeated(size, dy.shape[added + i], name) ? [added + i] : []));
  const front = Array.from({ length: added }, (_, axis) => axis);
  if (dy.shape.length === 2 && added === 1 && repeated.length === 0) return columnSums(g, dy);
  const kept = repeated.length === 0 ? dy : g.op('ReduceSum', [dy, g.integers(...repeated)]);
  return added === 0 ? kept : g.op('ReduceSum', [kept, g.integers(...front)], { keepdims: int(0) });
}

/** The sums of a matrix's columns, as a product with a row of ones: several times as fast as ReduceSum over the first axis. */
function columnSums(g: GraphBuilder, x: Value): Value {
  const [rows, columns] = x.shape;
  const ones = g.op('Expand', [g.scalar(1), g.size(rows, x)], {}, [rows]);
  return g.op('MatMul', [ones, x], {}, [columns]);
}

function wasRepeated(from: Dimension, to: Dimension, name: string): boolean {
  if (from === to) return false;
  if (from === 1) return true;
  throw new Error(`whether ${name} was broadcast from ${from} to ${to} is only known when the graph runs`);
}

/** exp(-x^2), the slope of Erf but for a factor. */
export const bell = (g: GraphBuilder, x: Value): Value => g.op('Exp', [neg(g, square(g, x))]);

/** Of x F(x), with F the normal distribution: F(x) + x f(x) (Hendrycks & Gimpel 2016). */
export function geluSlope(g: GraphBuilder, x: Value): Value {
  const z = scaled(g, x, Math.SQRT1_2);
  // With F = (1 + erf(z)) / 2 and x f = z b exp(-z^2) / 2; the factor b goes into the exponent, a product less.
  const logB = g.scalar(Math.log(2 / Math.sqrt(Math.PI)));
  const twice = add(g, g.op('Erf', [z]), mul(g, z, g.op('Exp', [sub(g, logB, square(g, z))])));
  return scaled(g, add(g, twice, g.scalar(1)), 0.5);
}

/** Of x (1 + t) / 2 with t = tanh(c (x + a x^3)): (1 + t) / 2 + x (1 - t^2) c (1 + 3 a x^2) / 2. */
export function fastGeluSlope(g: GraphBuilder, x: Value): Value {
  const [a, c, one] = [0.044715, Math.sqrt(2 / Math.PI), g.scalar(1)];
  const squared = square(g, x);
  const t = g.op('Tanh', [scaled(g, mul(g, x, add(g, scaled(g, squared, a), one)), c)]);
  const inner = scaled(g, add(g, scaled(g, squared, 3 * a), one), c);
  return scaled(g, add(g, add(g, t, one), mul(g, mul(g, x, inner), sub(g, one, square(g, t)))), 0.5);
}

/** What a node was given. */
interface Call {
  readonly inputs: readonly Value[];
  readonly attributes: Attributes;
}

/**
 * Of y = alpha op(A) op(B), where op turns a matrix or not: d op(A) = alpha dy op(B)^T and d op(B) = alpha op(A)^T dy,
 * turned back where op turns.
 */
export function productGradients(
  g: GraphBuilder,
  operator: 'Gemm' | 'FusedMatMul',
  dy: Value,
  node: Call,
): readonly (() => Value)[] {
  const [a, b] = node.inputs;
  const [turnsA, turnsB] = [intOf(node, 'transA', 0), intOf(node, 'transB', 0)];
  const product = (left: Value, transA: number, right: Value, transB: number) =>
    g.op(operator, [left, right], {
      transA: int(transA),
      transB: int(transB),
      alpha: float(floatOf(node, 'alpha', 1)),
    });
  return [
    () => sumTo(g, turnsA ? product(b, turnsB, dy, 1) : product(dy, 0, b, 1 - turnsB), a),
    () => sumTo(g, turnsB ? product(dy, 1, a, turnsA) : product(a, 1 - turnsA, dy, 0), b),
  ];
}

/** The axes a reduction goes over, all of them where it was given none. */
export const reducedAxes = (g: GraphBuilder, { inputs: [x, axes] }: Call): Value =>
  axes ?? g.integers(...x.shape.keys());

/** What a reduction left, repeated to the size of its input. */
export function spread(g: GraphBuilder, y: Value, node: Call): Value {
  const [x] = node.inputs;
  const kept = reduced(x.shape, axesOf(g, node), true);
  const upright = intOf(node, 'keepdims', 1) === 1 ? y : g.op('Unsqueeze', [y, reducedAxes(g, node)], {}, kept);
  return g.op('Expand', [upright, g.op('Shape', [x])], {}, x.shape);
}

/** How many numbers a reduction made one of, as a float32. */
export function reducedCount(g: GraphBuilder, node: Call): Value {
  const [x] = node.inputs;
  const sizes = axesOf(g, node).map((axis) => {
    const at = axisOf(axis, x.shape.length);
    return cast(g, g.op('Shape', [x], { start: int(at), end: int(at + 1) }), x.type);
  });
  return sizes.reduce((product, size) => mul(g, product, size));
}

const axesOf = (g: GraphBuilder, node: Call): readonly number[] => constant(reducedAxes(g, node));

/** In the shape of another value; where one size at most has a name, that is known when the graph is built. */
export function reshapedLike(g: GraphBuilder, dy: Value, x: Value): Value {
  const sizes = x.shape.map((size) => (typeof size === 'number' ? size : -1));
  const shape = sizes.filter((size) => size < 0).length > 1 ? g.op('Shape', [x]) : g.integers(...sizes);
  return g.op('Reshape', [dy, shape], {}, x.shape);
}

/** A slice of something, with zeros around it where the rest was. */
export function padded(g: GraphBuilder, dy: Value, x: Value, starts: Value, axes: Value | undefined): Value {
  const from = constant(starts);
  const before = x.shape.map(() => 0);
  (axes ? constant(axes) : [...from.keys()]).forEach((axis, i) => {
    const at = axisOf(axis, x.shape.length);
    before[at] = from[i] < 0 ? Math.max(0, from[i] + known(x.shape[at])) : from[i];
  });
  const start = g.integers(...before);
  const end = sub(g, sub(g, g.op('Shape', [x]), g.op('Shape', [dy])), start);
  return g.op('Pad', [dy, g.op('Concat', [start, end], { axis: int(0) })], {}, x.shape);
}

/**
 * Rows added up at the places they were taken from, [rows of the table, ...]. Taking rows is a product with a matrix of ones
 * and zeros, so this is one with its transpose: ONNX Runtime's ScatterND loses rows that two threads add to one place at once.
 */
export function addedUp(g: GraphBuilder, table: Value, indices: Value, rows: Value): Value {
  const places = g.op('Reshape', [cast(g, indices, 'int64'), g.integers(-1)]);
  const count = g.op('Shape', [table], { start: int(0), end: int(1) });
  const taken = g.op('OneHot', [places, count, g.constant(tensor([2], Float32Array.of(0, 1)))]);
  const rowSize = table.shape
    .slice(1)
    .map(known)
    .reduce((product, size) => product * size, 1);
  const flat = g.op('Reshape', [rows, g.integers(-1, rowSize)], {}, [...places.shape, rowSize]);
  return reshapedLike(g, g.op('FusedMatMul', [taken, flat], { transA: int(1) }), table);
}

/** Where each row of a table stands among the rows that were taken from it. */
export interface WayBack {
  readonly places: Value;
  /** Whether some rows were not taken: their place is one past the last. */
  readonly missing: boolean;
}

/** Rows moved back to where they were taken from, zeros where none was. */
export function movedBack(g: GraphBuilder, table: Value, { places, missing }: WayBack, rows: Value): Value {
  const size = table.shape.slice(1).map(known);
  const flat = g.op('Reshape', [rows, g.integers(-1, ...size)], {}, ['taken', ...size]);
  const zero = () => g.constant(tensor([1, ...size], new Float32Array(elementsOf(size))));
  const taken = missing ? g.op('Concat', [flat, zero()], { axis: int(0) }, ['taken', ...size]) : flat;
  return reshapedLike(g, g.op('Gather', [taken, places]), table);
}

export function known(size: Dimension): number {
  if (typeof size === 'number') return size;
  throw new Error(`${size} is only known when the graph runs`);
}

function constant(value: Value): readonly number[] {
  const values = value.producer.kind === 'constant' ? integersOf(value.producer.tensor) : undefined;
  if (values === undefined) throw new Error(`${value.name} is not a constant`);
  return values;
}
