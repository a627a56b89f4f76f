import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '#src/onnx/builder.js';
import { type Attributes, float, int, ints, type Shape, type Value } from '#src/onnx/graph.js';
import { modelBytes } from '#src/onnx/model.js';
import { InferenceSession, Tensor as OnnxTensor } from '#src/onnx/runtime.js';
import { elementsOf, type Tensor, tensor } from '#src/onnx/tensor.js';
import { vjp } from '#src/onnx/vjp.js';
import { RandomGenerator } from '#src/random/generator.js';

/** What a case differentiates: inputs of these sizes, and what is made of them. */
interface Case {
  readonly sizes: readonly (readonly number[])[];
  readonly build: (g: GraphBuilder, inputs: readonly Value[], indices: Value | undefined) => Value;
  /** Indices that only move rows, and the way back. */
  readonly moves?: { readonly indices: Tensor; readonly places: Tensor; readonly missing: boolean };
  /** Numbers an operator is not defined at are moved away from. */
  readonly positive?: true;
}

const op =
  (operator: string, attributes: Attributes = {}) =>
  (g: GraphBuilder, inputs: readonly Value[]) =>
    g.op(operator, inputs, attributes);
const one = (operator: string, attributes: Attributes = {}, ...size: number[]): Case => ({
  sizes: [size.length > 0 ? size : [3, 4]],
  build: op(operator, attributes),
});
const two = (operator: string, a: readonly number[], b: readonly number[], attributes: Attributes = {}): Case => ({
  sizes: [a, b],
  build: op(operator, attributes),
});
const positive = (of: Case): Case => ({ ...of, positive: true });
const whole = (...values: readonly number[]) => tensor([values.length], Int32Array.from(values));

const cases: Readonly<Record<string, Case>> = {
  Add: two('Add', [2, 3], [2, 3]),
  'Add to every row': two('Add', [2, 3], [3]),
  'Add along two axes': two('Add', [2, 1, 4], [3, 1]),
  'Add a number': two('Add', [2, 3], []),
  'Add a value to itself': { sizes: [[2, 3]], build: (g, [x]) => g.op('Add', [x, x]) },
  Sub: two('Sub', [2, 3], [2, 1]),
  Mul: two('Mul', [2, 3], [3]),
  'Mul along two axes': two('Mul', [2, 1, 4], [3, 1]),
  Div: positive(two('Div', [2, 3], [2, 3])),
  'Div by a row': positive(two('Div', [2, 3], [3])),
  'Div a number': positive(two('Div', [], [2, 3])),
  Where: {
    sizes: [
      [3, 2],
      [3, 1],
    ],
    build: (g, [a, b]) => g.op('Where', [g.op('Less', [a, g.scalar(0)]), a, b]),
  },

  Abs: one('Abs'),
  Exp: one('Exp'),
  Identity: one('Identity'),
  Log: positive(one('Log')),
  Neg: one('Neg'),
  Reciprocal: positive(one('Reciprocal')),
  Relu: one('Relu'),
  Sigmoid: one('Sigmoid'),
  Softplus: one('Softplus'),
  Sqrt: positive(one('Sqrt')),
  Tanh: one('Tanh'),
  Erf: one('Erf'),
  Gelu: one('Gelu'),
  FastGelu: one('FastGelu'),
  'FastGelu with a bias': two('FastGelu', [3, 4], [4]),
  BiasGelu: two('BiasGelu', [2, 3, 4], [4]),
  Cast: one('Cast', { to: int(1) }),

  MatMul: two('MatMul', [2, 3], [3, 4]),
  'MatMul in batches': two('MatMul', [5, 2, 3], [5, 3, 4]),
  'MatMul of batches with one matrix': two('MatMul', [2, 5, 2, 3], [3, 4]),
  'MatMul of one matrix with batches': two('MatMul', [1, 2, 3], [5, 3, 4]),
  FusedMatMul: two('FusedMatMul', [5, 2, 3], [5, 3, 4], { alpha: float(0.5) }),
  'FusedMatMul, left turned': two('FusedMatMul', [5, 3, 2], [5, 3, 4], { transA: int(1), alpha: float(2) }),
  'FusedMatMul, right turned': two('FusedMatMul', [5, 2, 3], [5, 4, 3], { transB: int(1) }),
  'FusedMatMul, both turned': two('FusedMatMul', [5, 3, 2], [5, 4, 3], { transA: int(1), transB: int(1) }),
  Gemm: { sizes: [[2, 3], [3, 4], [4]], build: op('Gemm', { alpha: float(0.5), beta: float(2) }) },
  'Gemm, left turned': {
    sizes: [
      [3, 2],
      [3, 4],
      [2, 1],
    ],
    build: op('Gemm', { transA: int(1) }),
  },
  'Gemm, right turned': { sizes: [[2, 3], [4, 3], [4]], build: op('Gemm', { transB: int(1) }) },
  'Gemm, both turned, nothing added': two('Gemm', [3, 2], [4, 3], { transA: int(1), transB: int(1) }),

  Softmax: one('Softmax', { axis: int(-1) }, 2, 3, 4),
  'Softmax along another axis': one('Softmax', { axis: int(1) }, 2, 3, 4),
  LogSoftmax: one('LogSoftmax', { axis: int(-1) }, 2, 5),
  LayerNormalization: {
    sizes: [[2, 3, 5], [5], [5]],
    build: (g, inputs) => g.ops('LayerNormalization', inputs, { axis: int(-1), epsilon: float(0.1) }, 3)[0],
  },
  LpNormalization: one('LpNormalization', { axis: int(-1), p: int(2) }),

  ReduceSum: { sizes: [[2, 3, 4]], build: (g, [x]) => g.op('ReduceSum', [x, g.integers(0, -1)]) },
  'ReduceSum of all': one('ReduceSum', { keepdims: int(0) }),
  'ReduceSum, axes gone': {
    sizes: [[2, 3, 4]],
    build: (g, [x]) => g.op('ReduceSum', [x, g.integers(1)], { keepdims: int(0) }),
  },
  ReduceMean: {
    sizes: [[2, 3, 4]],
    build: (g, [x]) => g.op('ReduceMean', [x, g.integers(0, 2)], { keepdims: int(0) }),
  },
  'ReduceMean of all': one('ReduceMean'),
  ReduceMax: { sizes: [[2, 3, 4]], build: (g, [x]) => g.op('ReduceMax', [x, g.integers(1)], { keepdims: int(0) }) },

  Reshape: { sizes: [[2, 6]], build: (g, [x]) => g.op('Reshape', [x, g.integers(0, 3, -1)]) },
  Squeeze: { sizes: [[2, 1, 3]], build: (g, [x]) => g.op('Squeeze', [x, g.integers(1)]) },
  Unsqueeze: { sizes: [[2, 3]], build: (g, [x]) => g.op('Unsqueeze', [x, g.integers(0, -1)]) },
  Transpose: one('Transpose', { perm: ints(2, 0, 1) }, 2, 3, 4),
  'Transpose, axes turned round': one('Transpose', {}, 2, 3, 4),
  Concat: {
    sizes: [
      [2, 1],
      [2, 3],
      [2, 2],
    ],
    build: op('Concat', { axis: int(-1) }),
  },
  Split: {
    sizes: [[3, 6]],
    build: (g, [x]) => {
      const [a, b, c] = g.ops('Split', [x], { axis: int(-1), num_outputs: int(3) }, 3);
      return g.op('Add', [g.op('Mul', [a, b]), g.op('Exp', [c])]);
    },
  },
  'Split of which a part is left': {
    sizes: [[4, 3]],
    build: (g, [x]) => g.op('Exp', [g.ops('Split', [x], { axis: int(0), num_outputs: int(2) }, 2)[1]]),
  },
  Slice: {
    sizes: [[4, 5]],
    build: (g, [x]) => g.op('Slice', [x, g.integers(1, -3), g.integers(9, -1), g.integers(0, 1)]),
  },
  Gather: {
    sizes: [[4, 3]],
    build: (g, [x]) => g.op('Gather', [x, g.constant(whole(2, 0, 2, 3, 2))]),
  },
  'Gather that moves all rows': {
    sizes: [[4, 3]],
    moves: { indices: whole(2, 0, 3, 1), places: whole(1, 3, 0, 2), missing: false },
    build: (g, [x], indices) => g.op('Gather', [x, indices]),
  },
  'Gather that moves some rows': {
    sizes: [[4, 3]],
    moves: { indices: tensor([1, 2], Int32Array.of(3, 1)), places: whole(2, 1, 2, 0), missing: true },
    build: (g, [x], indices) => g.op('Gather', [x, indices]),
  },
  'Gather of a row that is taken again where nothing learns from it': {
    sizes: [[2, 3]],
    moves: { indices: whole(1, 0, 0), places: whole(1, 0), missing: false },
    build: (g, [x], indices) => g.op('Slice', [g.op('Gather', [x, indices]), g.integers(0), g.integers(2)]),
  },
  'Gather in two dimensions': {
    sizes: [[4, 3]],
    build: (g, [x]) => g.op('Gather', [x, g.constant(tensor([2, 2], Int32Array.of(1, 0, 1, 1)))]),
  },
};

describe('the gradient that a rule tells, against central differences', () => {
  it.each(Object.entries(cases))('%s', async (_, { sizes, build, moves, positive }) => {
    const random = RandomGenerator.seeded(1, String(sizes));
    const start = sizes.map((size) =>
      Float32Array.from({ length: elementsOf(size) }, () =>
        positive ? 1 + random.uniform() : awayFromZero(random.normal()),
      ),
    );
    const g = new GraphBuilder();
    const inputs = sizes.map((size, i) => g.input(`x${i}`, 'float32', size));
    const indices = moves && g.constant(moves.indices);
    const y = build(g, inputs, indices);
    const weights = Float32Array.from({ length: elementsOf(numbers(y.shape)) }, () => random.normal());
    const gradient = g.input('dy', 'float32', y.shape);
    g.output('y', y);
    const waysBack = new Map(indices && [[indices, { places: g.constant(moves.places), missing: moves.missing }]]);
    vjp(g, [{ value: y, gradient }], inputs, waysBack).forEach((value, i) => {
      g.output(`d${i}`, value);
    });
    const session = await InferenceSession.create(modelBytes(g.build('case')), { intraOpNumThreads: 1 });
    const run = (values: readonly Float32Array[]) =>
      session.run({
        dy: new OnnxTensor('float32', weights, numbers(y.shape)),
        ...Object.fromEntries(values.map((each, i) => [`x${i}`, new OnnxTensor('float32', each, sizes[i])])),
      });
    const weighed = async (values: readonly Float32Array[]) =>
      floats((await run(values)).y).reduce((total, number, i) => total + number * weights[i], 0);

    const told = await run(start);
    for (const [input, values] of start.entries()) {
      const gradient = floats(told[`d${input}`]);
      expect(told[`d${input}`].dims).toEqual(sizes[input]);
      for (const place of values.keys()) {
        const moved = (by: number) =>
          weighed(start.map((each, i) => (i === input ? withMoved(each, place, by) : each)));
        const step = 0.03;
        // Of fourth order: the step can be long enough for float32 to see it.
        const slope =
          (8 * ((await moved(step)) - (await moved(-step))) - ((await moved(2 * step)) - (await moved(-2 * step)))) /
          (12 * step);
        expect(Math.abs(gradient[place] - slope)).toBeLessThan(3e-4 * Math.max(1, Math.abs(slope)));
      }
    }
    await session.release();
  });
});

describe('differentiating a graph', () => {
  it('appends no node for what is frozen, nor below it', () => {
    const g = new GraphBuilder();
    const [x, frozen, learning] = ['x', 'frozen', 'learning'].map((name) => g.input(name, 'float32', [4, 4]));
    const below = g.op('Tanh', [g.op('MatMul', [x, frozen])]);
    const y = g.op('MatMul', [below, learning]);
    g.output('dw', vjp(g, [{ value: y, gradient: g.input('dy', 'float32', [4, 4]) }], [learning])[0]);
    expect(g.build('frozen').nodes.map(({ operator }) => operator)).toEqual([
      'MatMul',
      'Tanh',
      'MatMul',
      'FusedMatMul',
    ]);
  });

  it('adds up what arrives on several ways, and takes several seeds', async () => {
    const g = new GraphBuilder();
    const x = g.input('x', 'float32', [2]);
    const [squared, doubled] = [g.op('Mul', [x, x]), g.op('Mul', [x, g.scalar(2)])];
    const one = g.constant(tensor([2], Float32Array.of(1, 1)));
    const seeds = [squared, doubled, g.op('Add', [squared, doubled])].map((value) => ({ value, gradient: one }));
    g.output('dx', vjp(g, seeds, [x])[0]);
    const session = await InferenceSession.create(modelBytes(g.build('ways')));
    const { dx } = await session.run({ x: new OnnxTensor('float32', Float32Array.of(3, -1), [2]) });
    expect([...floats(dx)]).toEqual([2 * (2 * 3 + 2), 2 * (2 * -1 + 2)]);
  });

  it('says which operator has no rule, and which value has no part in it', () => {
    const g = new GraphBuilder();
    const [x, other] = [g.input('x', 'float32', [2]), g.input('other', 'float32', [2])];
    const y = g.op('Mod', [x, x], {}, [2]);
    expect(() => vjp(g, [{ value: y, gradient: x }], [x])).toThrow('Mod: no rule tells its gradient');
    expect(() => vjp(g, [{ value: g.op('Exp', [x]), gradient: x }], [other])).toThrow('other has no part');
  });

  it('refuses a broadcast that is only known when the graph runs', () => {
    const g = new GraphBuilder();
    const [x, y] = [g.input('x', 'float32', ['rows']), g.input('y', 'float32', [3])];
    const seed = { value: g.op('Add', [x, y]), gradient: y };
    expect(() => vjp(g, [seed], [x])).toThrow('whether x was broadcast from rows to 3 is only known when');
  });
});

const numbers = (shape: Shape): number[] => shape.map(Number);
const awayFromZero = (x: number): number => x + Math.sign(x) * 0.1;
const withMoved = (values: Float32Array, place: number, by: number): Float32Array =>
  values.with(place, values[place] + by);

function floats({ data }: { readonly data: unknown }): Float32Array {
  if (data instanceof Float32Array) return data;
  throw new Error('float32 was expected');
}
