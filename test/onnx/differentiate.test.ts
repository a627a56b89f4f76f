import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '#src/onnx/builder.js';
import { gradients } from '#src/onnx/differentiate.js';
import { float, int, ints, type Shape, type Value } from '#src/onnx/graph.js';
import { modelBytes } from '#src/onnx/model.js';
import { vjpRules } from '#src/onnx/vjp-rules.js';
import { RandomGenerator } from '#src/random/generator.js';

type Make = (g: GraphBuilder, inputs: readonly Value[]) => Value;

interface Case {
  readonly name: string;
  readonly shapes: readonly (readonly number[])[];
  readonly make: Make;
  /** Inputs moved away from where the operator has no slope, or no value. */
  readonly prepare?: (x: number) => number;
}

const size = (shape: readonly number[]) => shape.reduce((product, each) => product * each, 1);
const op =
  (operator: string, attributes = {}, shape?: Shape): Make =>
  (g, inputs) =>
    g.op(operator, inputs, attributes, shape);
const positive = (x: number) => Math.abs(x) + 0.5;
const awayFromZero = (x: number) => x + Math.sign(x) * 0.3;

const cases: readonly Case[] = [
  { name: 'Identity', shapes: [[2, 3]], make: op('Identity') },
  ...['Add', 'Sub', 'Mul'].flatMap((operator): Case[] => [
    {
      name: `${operator} of equal shapes`,
      shapes: [
        [2, 3],
        [2, 3],
      ],
      make: op(operator),
    },
    { name: `${operator} with a row`, shapes: [[4, 3], [3]], make: op(operator) },
    {
      name: `${operator} both ways broadcast`,
      shapes: [
        [2, 1, 3],
        [4, 1],
      ],
      make: op(operator),
    },
  ]),
  {
    name: 'Div with a column',
    shapes: [
      [2, 3],
      [2, 1],
    ],
    make: op('Div'),
    prepare: positive,
  },
  { name: 'Div of a scalar', shapes: [[], [2, 3]], make: op('Div'), prepare: positive },
  ...['Neg', 'Exp', 'Tanh', 'Erf', 'Gelu', 'FastGelu'].map(
    (operator): Case => ({ name: operator, shapes: [[3, 4]], make: op(operator) }),
  ),
  ...['Reciprocal', 'Sqrt'].map(
    (operator): Case => ({ name: operator, shapes: [[3, 4]], make: op(operator), prepare: positive }),
  ),
  { name: 'Relu', shapes: [[3, 4]], make: op('Relu'), prepare: awayFromZero },
  { name: 'BiasGelu', shapes: [[3, 4], [4]], make: op('BiasGelu') },
  { name: 'FastGelu with a bias', shapes: [[3, 4], [4]], make: op('FastGelu') },
  { name: 'Softmax over the last axis', shapes: [[2, 3, 4]], make: op('Softmax', { axis: int(-1) }) },
  { name: 'Softmax over the first', shapes: [[3, 2]], make: op('Softmax', { axis: int(0) }) },
  {
    name: 'LayerNormalization',
    shapes: [[2, 3, 5], [5], [5]],
    make: (g, inputs) => g.ops('LayerNormalization', inputs, { axis: int(-1), epsilon: float(1e-5) }, 3)[0],
  },
  {
    name: 'LayerNormalization over two axes',
    shapes: [
      [2, 3, 4],
      [3, 4],
      [3, 4],
    ],
    make: (g, inputs) => g.ops('LayerNormalization', inputs, { axis: int(1), epsilon: float(1e-5) }, 3)[0],
  },
  { name: 'LpNormalization', shapes: [[2, 4]], make: op('LpNormalization', { axis: int(-1), p: int(2) }) },
  {
    name: 'MatMul',
    shapes: [
      [2, 3],
      [3, 4],
    ],
    make: op('MatMul'),
  },
  {
    name: 'MatMul of a batch with one matrix',
    shapes: [
      [2, 2, 3],
      [3, 4],
    ],
    make: op('MatMul'),
  },
  {
    name: 'MatMul of batches that broadcast',
    shapes: [
      [2, 1, 2, 3],
      [1, 3, 3, 2],
    ],
    make: op('MatMul'),
  },
  ...[0, 1].flatMap((transA) =>
    [0, 1].flatMap((transB): Case[] => [
      {
        name: `FusedMatMul, transA ${transA}, transB ${transB}`,
        shapes: [transA ? [2, 3, 4] : [2, 4, 3], transB ? [2, 5, 3] : [2, 3, 5]],
        make: op('FusedMatMul', { transA: int(transA), transB: int(transB), alpha: float(0.7) }),
      },
      {
        name: `Gemm, transA ${transA}, transB ${transB}`,
        shapes: [transA ? [3, 4] : [4, 3], transB ? [5, 3] : [3, 5], [5]],
        make: op('Gemm', { transA: int(transA), transB: int(transB), alpha: float(0.7), beta: float(1.3) }),
      },
    ]),
  ),
  { name: 'Transpose', shapes: [[2, 3, 4]], make: op('Transpose', { perm: ints(2, 0, 1) }) },
  { name: 'Transpose without an order', shapes: [[2, 3]], make: op('Transpose') },
  { name: 'Reshape', shapes: [[2, 6]], make: (g, [x]) => g.op('Reshape', [x, g.integers(3, -1)]) },
  { name: 'Squeeze', shapes: [[2, 1, 3]], make: (g, [x]) => g.op('Squeeze', [x, g.integers(1)]) },
  { name: 'Unsqueeze', shapes: [[2, 3]], make: (g, [x]) => g.op('Unsqueeze', [x, g.integers(1)]) },
  {
    name: 'Where',
    shapes: [[2, 3], [3]],
    make: (g, [a, b]) => g.op('Where', [g.op('Less', [g.scalar(0), a]), a, b]),
    prepare: awayFromZero,
  },
  {
    name: 'ReduceSum over an axis that stays',
    shapes: [[2, 3]],
    make: (g, [x]) => g.op('ReduceSum', [x, g.integers(1)]),
  },
  {
    name: 'ReduceSum over an axis that goes',
    shapes: [[2, 3, 2]],
    make: (g, [x]) => g.op('ReduceSum', [x, g.integers(-2)], { keepdims: int(0) }),
  },
  {
    name: 'ReduceMean',
    shapes: [[2, 3, 2]],
    make: (g, [x]) => g.op('ReduceMean', [x, g.integers(0, 2)], { keepdims: int(0) }),
  },
  { name: 'ReduceMean over everything', shapes: [[2, 3]], make: (g, [x]) => g.op('ReduceMean', [x]) },
  {
    name: 'Gather of rows, one of them twice',
    shapes: [[4, 3]],
    make: (g, [x]) => g.op('Gather', [x, g.integers(2, 0, 2)]),
  },
  {
    name: 'Concat',
    shapes: [
      [2, 3],
      [2, 1],
      [2, 2],
    ],
    make: op('Concat', { axis: int(1) }),
  },
  {
    name: 'Slice',
    shapes: [[5, 4]],
    make: (g, [x]) => g.op('Slice', [x, g.integers(1, -2), g.integers(4, 9), g.integers(0, 1)]),
  },
  {
    name: 'a value used twice',
    shapes: [[2, 3]],
    make: (g, [x]) => g.op('Mul', [g.op('Tanh', [x]), g.op('Add', [x, x])]),
  },
];

/** Runs a graph that only has inputs and outputs of float32. */
async function open(g: GraphBuilder) {
  const session = await InferenceSession.create(modelBytes(g.build('test')), { intraOpNumThreads: 1 });
  return async (feeds: Record<string, { shape: readonly number[]; values: Float32Array }>) => {
    const tensors = Object.entries(feeds).map(([name, { shape, values }]): [string, Tensor] => [
      name,
      new Tensor('float32', values, shape),
    ]);
    const outputs = await session.run(Object.fromEntries(tensors));
    return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, Array.from(data, Number)]));
  };
}

describe('the gradient of', () => {
  it.each(cases)('$name is that of central finite differences', async ({ shapes, make, prepare = (x) => x }) => {
    const random = RandomGenerator.seeded(7, 'gradient');
    const g = new GraphBuilder();
    const inputs = shapes.map((shape, i) => g.input(`x${i}`, 'float32', shape));
    const y = make(g, inputs);
    const dy = g.input('dy', 'float32', y.shape);
    g.output('y', y);
    gradients(g, y, dy, inputs).forEach((gradient, i) => {
      expect(gradient?.shape).toEqual(shapes[i]);
      if (gradient) g.output(`g${i}`, gradient);
    });
    const run = await open(g);

    const values = shapes.map((shape) => Float32Array.from({ length: size(shape) }, () => prepare(random.normal())));
    const weights = Float32Array.from({ length: size(y.shape.map(Number)) }, () => random.normal());
    const feeds = () => ({
      ...Object.fromEntries(values.map((each, i) => [`x${i}`, { shape: shapes[i], values: each }])),
      dy: { shape: y.shape.map(Number), values: weights },
    });
    const loss = async () => (await run(feeds())).y.reduce((sum, each, i) => sum + each * weights[i], 0);
    const found = await run(feeds());
    for (const [i, numbers] of values.entries())
      for (const place of numbers.keys()) {
        const before = numbers[place];
        numbers[place] = before + STEP;
        const up = { x: numbers[place], loss: await loss() };
        numbers[place] = before - STEP;
        const down = { x: numbers[place], loss: await loss() };
        numbers[place] = before;
        const slope = (up.loss - down.loss) / (up.x - down.x);
        expect(Math.abs(found[`g${i}`][place] - slope)).toBeLessThan(2e-3 * Math.max(1, Math.abs(slope)));
      }
  });

  it('every operator that has a rule is among these', () => {
    const tried = new Set(
      cases.flatMap(({ shapes, make }) => {
        const g = new GraphBuilder();
        make(
          g,
          shapes.map((shape, i) => g.input(`x${i}`, 'float32', shape)),
        );
        return g.build('test').nodes.map(({ operator }) => operator);
      }),
    );
    expect(Object.keys(vjpRules).filter((operator) => !tried.has(operator))).toEqual([]);
  });
});

describe('differentiating', () => {
  it('appends nothing for what is not wanted', () => {
    const g = new GraphBuilder();
    const [x, frozen, learning] = ['x', 'frozen', 'learning'].map((name) => g.input(name, 'float32', [2, 2]));
    const y = g.op('MatMul', [g.op('Tanh', [g.op('MatMul', [x, frozen])]), learning]);
    const before = g.build('test').nodes.length;
    const [gradient, none] = gradients(g, y, g.input('dy', 'float32', [2, 2]), [
      learning,
      g.input('unused', 'float32', [1]),
    ]);
    expect(gradient?.shape).toEqual([2, 2]);
    expect(none).toBeUndefined();
    const added = g
      .build('test')
      .nodes.slice(before)
      .map(({ operator }) => operator);
    expect(added.filter((operator) => operator === 'Tanh' || operator === 'Sub')).toEqual([]);
  });

  it('keeps sizes that are only known when the graph runs', () => {
    const g = new GraphBuilder();
    const [x, weight, bias] = [
      g.input('x', 'float32', ['tokens', 3]),
      g.input('w', 'float32', [4, 3]),
      g.input('b', 'float32', [4]),
    ];
    const y = g.op('Gemm', [x, weight, bias], { transB: int(1) });
    const found = gradients(g, y, g.input('dy', 'float32', ['tokens', 4]), [x, weight, bias]);
    expect(found.map((gradient) => gradient?.shape)).toEqual([['tokens', 3], [4, 3], [4]]);
  });

  it('says which operator it cannot go through', () => {
    const g = new GraphBuilder();
    const x = g.input('x', 'float32', [2]);
    expect(() => gradients(g, g.op('ReduceMax', [x]), g.scalar(1), [x])).toThrow('ReduceMax');
  });
});

/** Large enough for float32 to see the difference, small enough for the slope to be straight. */
const STEP = 1e-2;
