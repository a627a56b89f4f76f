import { type Attributes, intOf, intsOf, type Shape, type Value } from './graph.js';
import { axisOf, broadcast, product, reduced, reshaped, swapped, unsqueezed } from './shapes.js';
import { type ElementType, elementTypes, integersOf, onnxNumberOf } from './tensor.js';

/** Type and shape of one output. */
export interface Output {
  readonly type: ElementType;
  readonly shape: Shape;
}

/** What an operator makes of its inputs. A rule throws when it cannot know; the builder's caller then gives the shape. */
type OutputRule = (call: Call) => readonly Output[];

interface Call {
  readonly inputs: readonly Value[];
  readonly attributes: Attributes;
}

const like: OutputRule = ({ inputs: [x] }) => [{ type: x.type, shape: x.shape }];
const elementwise: OutputRule = ({ inputs: [a, b] }) => [{ type: a.type, shape: broadcast(a.shape, b.shape) }];
const compare: OutputRule = ({ inputs: [a, b] }) => [{ type: 'bool', shape: broadcast(a.shape, b.shape) }];

const reduce: OutputRule = (call) => {
  const [x, axes] = call.inputs;
  const shape = reduced(x.shape, axes && constants(axes), intOf(call, 'keepdims', 1) === 1);
  return [{ type: x.type, shape }];
};

const multiply: OutputRule = (call) => {
  const [a, b] = call.inputs;
  const left = intOf(call, 'transA', 0) ? swapped(a.shape) : a.shape;
  const right = intOf(call, 'transB', 0) ? swapped(b.shape) : b.shape;
  return [{ type: a.type, shape: product(left, right) }];
};

/** For each operator: type and shape of its outputs (https://onnx.ai/onnx/operators, and ORT's ContribOperators.md). */
export const outputRules: Readonly<Record<string, OutputRule>> = {
  Add: elementwise,
  Sub: elementwise,
  Mul: elementwise,
  Div: elementwise,
  Less: compare,
  Equal: compare,
  Max: elementwise,
  Where: ({ inputs: [c, a, b] }) => [{ type: a.type, shape: broadcast(c.shape, broadcast(a.shape, b.shape)) }],

  Abs: like,
  BiasGelu: like,
  Erf: like,
  Exp: like,
  Gelu: like,
  FastGelu: like,
  Identity: like,
  Log: like,
  LogSoftmax: like,
  LpNormalization: like,
  Neg: like,
  Reciprocal: like,
  Relu: like,
  Sigmoid: like,
  Sign: like,
  Softmax: like,
  Softplus: like,
  Sqrt: like,
  Tanh: like,
  Cast: (call) => [{ type: typeNumbered(intOf(call, 'to', 0)), shape: call.inputs[0].shape }],

  MatMul: multiply,
  FusedMatMul: multiply,
  Gemm: multiply,
  // Integers times integers, and their scales: what comes out is real.
  MatMulIntegerToFloat: ({ inputs: [a, b] }) => [{ type: 'float32', shape: product(a.shape, b.shape) }],
  // The zero points have the type of what comes out.
  QuantizeLinear: ({ inputs: [x, , zeros] }) => [{ type: zeros.type, shape: x.shape }],

  LayerNormalization: (call) => {
    const [x] = call.inputs;
    const axis = axisOf(intOf(call, 'axis', -1), x.shape.length);
    const statistics = x.shape.map((size, i) => (i < axis ? size : 1));
    return [x.shape, statistics, statistics].map((shape) => ({ type: x.type, shape }));
  },
  ReduceMax: reduce,
  ReduceMean: reduce,
  ReduceSum: reduce,
  ReduceSumSquare: reduce,

  Reshape: ({ inputs: [x, target] }) => [{ type: x.type, shape: reshaped(x.shape, constants(target)) }],
  Squeeze: ({ inputs: [x, axes] }) => [{ type: x.type, shape: reduced(x.shape, constants(axes), false) }],
  Unsqueeze: ({ inputs: [x, axes] }) => [{ type: x.type, shape: unsqueezed(x.shape, constants(axes)) }],
  Transpose: (call) => {
    const [x] = call.inputs;
    const order = intsOf(call, 'perm') ?? [...x.shape.keys()].reverse();
    return [{ type: x.type, shape: order.map((axis) => x.shape[axis]) }];
  },

  Expand: ({ inputs: [x, sizes] }) => [{ type: x.type, shape: broadcast(x.shape, shapeTold(sizes)) }],
  Concat: (call) => {
    const axis = axisOf(intOf(call, 'axis', 0), call.inputs[0].shape.length);
    const total = call.inputs.reduce((sum, { shape }) => sum + known(shape[axis]), 0);
    return [{ type: call.inputs[0].type, shape: call.inputs[0].shape.with(axis, total) }];
  },
  Gather: (call) => {
    const [table, indices] = call.inputs;
    const axis = axisOf(intOf(call, 'axis', 0), table.shape.length);
    return [{ type: table.type, shape: table.shape.toSpliced(axis, 1, ...indices.shape) }];
  },
  OneHot: ({ inputs: [indices, depth, values] }) => [
    { type: values.type, shape: [...indices.shape, ...shapeTold(depth)] },
  ],
  Shape: (call) => {
    const rank = call.inputs[0].shape.length;
    return [{ type: 'int64', shape: [intOf(call, 'end', rank) - intOf(call, 'start', 0)] }];
  },
  // Equal parts.
  Split: (call) => {
    const [x] = call.inputs;
    const axis = axisOf(intOf(call, 'axis', 0), x.shape.length);
    const parts = intOf(call, 'num_outputs', 1);
    return Array.from({ length: parts }, () => ({
      type: x.type,
      shape: x.shape.with(axis, known(x.shape[axis]) / parts),
    }));
  },
  Slice: ({ inputs: [x, starts, ends, axes] }) => {
    const [from, to] = [constants(starts), constants(ends)];
    const on = axes ? constants(axes) : [...from.keys()];
    const shape = on.reduce((sizes, axis, i) => {
      const at = axisOf(axis, sizes.length);
      return sizes.with(at, sliced(known(sizes[at]), from[i], to[i]));
    }, x.shape);
    return [{ type: x.type, shape }];
  },
};

/** Values of an input that must be known when the graph is built. */
function constants(value: Value): readonly number[] {
  const values = value.producer.kind === 'constant' ? integersOf(value.producer.tensor) : undefined;
  if (values === undefined) throw new Error(`${value.name} is not a constant`);
  return values;
}

/** The shape that a list of sizes tells: a constant, that of a value whose Shape it is, or several one after the other. */
function shapeTold(sizes: Value): Shape {
  if (sizes.producer.kind !== 'node') return constants(sizes);
  const { node } = sizes.producer;
  const inputs = node.inputs.filter((input) => input !== undefined);
  if (node.operator === 'Concat') return inputs.flatMap(shapeTold);
  if (node.operator !== 'Shape') return constants(sizes);
  const [{ shape }] = inputs;
  return shape.slice(intOf(node, 'start', 0), intOf(node, 'end', shape.length));
}

function known(size: number | string): number {
  if (typeof size === 'string') throw new Error(`${size} is only known when the graph runs`);
  return size;
}

function sliced(size: number, from: number, to: number): number {
  const inside = (at: number) => Math.min(size, Math.max(0, at < 0 ? at + size : at));
  return Math.max(0, inside(to) - inside(from));
}

function typeNumbered(number: number): ElementType {
  const type = elementTypes.find((each) => onnxNumberOf[each] === number);
  if (type === undefined) throw new Error(`element type ${number} is not one of ours`);
  return type;
}
