import type { Dimension, Shape } from './graph.js';

/**
 * The shape of an element-wise operation over two shapes (numpy's broadcasting). Where a name meets a number other than
 * 1, it can only be that number, or 1.
 * @throws Error when two sizes cannot meet
 */
export function broadcast(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => meet(a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1));
}

function meet(a: Dimension, b: Dimension): Dimension {
  if (a === b || b === 1) return a;
  if (a === 1) return b;
  if (typeof a === 'string' && typeof b === 'number') return b;
  if (typeof a === 'number' && typeof b === 'string') return a;
  throw new Error(`sizes ${a} and ${b} cannot be broadcast`);
}

/** The shape of a matrix product, the axes before the last two broadcast. Both have at least two axes. */
export function product(a: Shape, b: Shape): Shape {
  if (a.length < 2 || b.length < 2) throw new Error(`[${a}] and [${b}] are not both matrices`);
  const [inner, outer] = [a[a.length - 1], b[b.length - 2]];
  if (typeof inner === 'number' && typeof outer === 'number' && inner !== outer)
    throw new Error(`[${a}] and [${b}] do not fit: ${inner} columns, ${outer} rows`);
  return [...broadcast(a.slice(0, -2), b.slice(0, -2)), a[a.length - 2], b[b.length - 1]];
}

/** The shape with two axes changed places, last for last but one. */
export const swapped = (shape: Shape): Shape => [
  ...shape.slice(0, -2),
  shape[shape.length - 1],
  shape[shape.length - 2],
];

/**
 * What ONNX's Reshape makes of a shape: 0 keeps a size, one -1 takes what is left (by name, such as `B*S`, where sizes
 * have names).
 */
export function reshaped(shape: Shape, target: readonly number[]): Shape {
  const kept = target.map((size, i) => (size === 0 ? shape[i] : size));
  if (!kept.includes(-1)) return kept;
  const names = shape.filter((size) => typeof size === 'string');
  for (const size of kept) if (typeof size === 'string') names.splice(names.indexOf(size), 1);
  const left = numbersOf(shape) / numbersOf(kept.filter((size) => size !== -1));
  if (!Number.isInteger(left)) throw new Error(`[${shape}] cannot be reshaped to [${target}]`);
  const filled = names.length === 0 ? left : [...(left === 1 ? [] : [left]), ...names].join('*');
  return kept.map((size) => (size === -1 ? filled : size));
}

/** The shape after a reduction over some axes, or over all. */
export function reduced(shape: Shape, axes: readonly number[] | undefined, keep: boolean): Shape {
  const gone = new Set(axes?.map((axis) => axisOf(axis, shape.length)) ?? shape.keys());
  return shape.flatMap((size, i) => (gone.has(i) ? (keep ? [1] : []) : [size]));
}

/** The shape with axes of size 1 put in, counted in the result. */
export function unsqueezed(shape: Shape, axes: readonly number[]): Shape {
  const rank = shape.length + axes.length;
  const added = new Set(axes.map((axis) => axisOf(axis, rank)));
  const rest = shape.values();
  return Array.from({ length: rank }, (_, i) => (added.has(i) ? 1 : (rest.next().value ?? 1)));
}

/** An axis counted from the front; -1 is the last. */
export function axisOf(axis: number, rank: number): number {
  if (axis < -rank || axis >= rank) throw new Error(`axis ${axis} is not one of ${rank}`);
  return axis < 0 ? axis + rank : axis;
}

const numbersOf = (shape: Shape): number =>
  shape.reduce<number>((total, size) => (typeof size === 'number' ? total * size : total), 1);
