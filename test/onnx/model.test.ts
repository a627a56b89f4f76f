import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '#src/onnx/builder.js';
import { float, int, ints, type Value } from '#src/onnx/graph.js';
import { modelBytes } from '#src/onnx/model.js';
import { InferenceSession, Tensor } from '#src/onnx/runtime.js';
import { scalar, tensor } from '#src/onnx/tensor.js';

type Feeds = Record<string, { shape: readonly number[]; values: Float32Array | Int32Array }>;

/** Runs a graph in ONNX Runtime: shape and numbers of every output. */
async function run(graph: GraphBuilder, feeds: Feeds = {}, folder = '.') {
  const session = await InferenceSession.create(modelBytes(graph.build('test')), {
    intraOpNumThreads: 1,
    extra: { session: { model_external_initializers_file_folder_path: folder } },
  });
  const inputs = Object.entries(feeds).map(([name, { shape, values }]): [string, Tensor] => [
    name,
    values instanceof Float32Array ? new Tensor('float32', values, shape) : new Tensor('int32', values, shape),
  ]);
  const outputs = await session.run(Object.fromEntries(inputs));
  await session.release();
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { dims, data }]) => [name, { shape: dims, values: Array.from(data, Number) }]),
  );
}

const floats = (shape: readonly number[], ...values: number[]) => tensor(shape, Float32Array.from(values));
const counting = (...shape: number[]) => {
  const size = shape.reduce((product, each) => product * each, 1);
  return floats(shape, ...Array.from({ length: size }, (_, i) => i + 1));
};

describe('a graph, written and run by ONNX Runtime', () => {
  it('adds a constant to whatever it is given', async () => {
    const g = new GraphBuilder();
    g.output('y', g.op('Add', [g.input('x', 'float32', ['rows', 2]), g.constant(floats([2], 10, 20))]));
    const { y } = await run(g, { x: { shape: [3, 2], values: Float32Array.of(1, 2, 3, 4, 5, 6) } });
    expect(y).toEqual({ shape: [3, 2], values: [11, 22, 13, 24, 15, 26] });
  });

  it('hands on real, whole and listed attributes, negative ones too', async () => {
    const g = new GraphBuilder();
    const [a, b] = [g.constant(floats([1, 2], 1, 2)), g.constant(floats([2, 2], 1, 2, 3, 4))];
    g.output('gemm', g.op('Gemm', [a, b], { alpha: float(0.5), transB: int(1) }));
    g.output('turned', g.op('Transpose', [g.constant(counting(1, 2, 3))], { perm: ints(2, 0, 1) }));
    g.output('softmax', g.op('Softmax', [g.constant(floats([2, 2], 0, 0, Math.log(3), 0))], { axis: int(-1) }));
    const { gemm, turned, softmax } = await run(g);
    expect(gemm.values).toEqual([2.5, 5.5]);
    expect(turned).toEqual({ shape: [3, 1, 2], values: [1, 4, 2, 5, 3, 6] });
    softmax.values.forEach((value, i) => {
      expect(value).toBeCloseTo([0.5, 0.5, 0.75, 0.25][i], 6);
    });
  });

  it('has as many outputs of a node as are asked for, and leaves out optional inputs', async () => {
    const g = new GraphBuilder();
    const x = g.constant(floats([2, 2], 1, 3, 10, 30));
    const [normed, mean] = g.ops('LayerNormalization', [x, g.constant(floats([2], 1, 2))], { axis: int(-1) }, 2);
    g.output('normed', normed);
    g.output('mean', mean);
    g.output('y', g.op('FastGelu', [x, undefined]));
    const { normed: n, mean: m, y } = await run(g);
    expect(m).toEqual({ shape: [2, 1], values: [2, 20] });
    expect(n.values[1]).toBeCloseTo(2, 3);
    expect(y.values[2]).toBeCloseTo(10, 5);
  });

  it('takes one value as two outputs, and an input as an output', async () => {
    const g = new GraphBuilder();
    const x = g.input('x', 'int32', [2]);
    g.output('a', x);
    g.output('b', x);
    expect(await run(g, { x: { shape: [2], values: Int32Array.of(-1, 2 ** 31 - 1) } })).toEqual({
      a: { shape: [2], values: [-1, 2 ** 31 - 1] },
      b: { shape: [2], values: [-1, 2 ** 31 - 1] },
    });
  });

  it('leaves constants in a file, at any offset', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'manyhead-onnx-'));
    await writeFile(join(folder, 'weights'), Uint8Array.of(9, 9, 9, ...new Uint8Array(Float32Array.of(5, 6).buffer)));
    const g = new GraphBuilder();
    const stored = g.constant({ type: 'float32', shape: [2], data: { file: 'weights', offset: 3, length: 8 } });
    g.output('y', g.op('Mul', [stored, g.scalar(2)]));
    expect((await run(g, {}, folder)).y.values).toEqual([10, 12]);
    await rm(folder, { recursive: true });
  });

  it('is over 100 MB when its constants are', () => {
    const g = new GraphBuilder();
    g.output('y', g.constant(tensor([30_000_000], new Float32Array(30_000_000))));
    expect(modelBytes(g.build('large')).length).toBeGreaterThan(120_000_000);
  });
});

describe('a graph that is being built', () => {
  it('keeps a constant once, small ones by what they hold, large ones by where they lie', () => {
    const g = new GraphBuilder();
    const large = new Float32Array(5000);
    expect(g.scalar(1)).toBe(g.scalar(1));
    expect(g.scalar(1)).not.toBe(g.scalar(2));
    expect(g.integers(1, 2)).toBe(g.integers(1, 2));
    expect(g.constant(tensor([5000], large))).toBe(g.constant(tensor([5000], large)));
    expect(g.constant(tensor([5000], large))).not.toBe(g.constant(tensor([50, 100], large)));
    expect(g.constant(tensor([2000], large.subarray(0, 2000)))).not.toBe(
      g.constant(tensor([2000], large.subarray(2000, 4000))),
    );
    expect(g.build('constants').constants).toHaveLength(7);
  });

  it('lets every value be traced to where it comes from', () => {
    const g = new GraphBuilder();
    const x = g.input('x', 'float32', ['rows', 4]);
    const y = g.op('MatMul', [x, g.constant(counting(4, 2))]);
    expect(x.producer).toEqual({ kind: 'input' });
    expect(y.shape).toEqual(['rows', 2]);
    if (y.producer.kind !== 'node') throw new Error('y comes from a node');
    expect(y.producer.node).toMatchObject({ operator: 'MatMul', domain: '', inputs: [x, {}] });
    expect(y.producer.node.outputs[y.producer.output]).toBe(y);
  });

  it('names the operator that its inputs do not fit', () => {
    const g = new GraphBuilder();
    const [a, b] = [g.constant(counting(2, 3)), g.constant(counting(2, 2))];
    expect(() => g.op('Add', [a, b])).toThrow('Add: sizes 3 and 2 cannot be broadcast');
    expect(() => g.op('MatMul', [a, b])).toThrow('MatMul: [2,3] and [2,2] do not fit: 3 columns, 2 rows');
    expect(() => g.op('Reshape', [a, g.integers(4, -1)])).toThrow('Reshape: [2,3] cannot be reshaped to [4,-1]');
    expect(() => g.op('NoSuchThing', [a])).toThrow('NoSuchThing: no rule');
    expect(() => tensor([3], Float32Array.of(1))).toThrow('a tensor of shape [3] cannot hold 1 elements');
  });

  it('knows sizes by name where they are not known yet', () => {
    const g = new GraphBuilder();
    const x = g.input('x', 'float32', ['texts', 'tokens', 8]);
    expect(g.op('Reshape', [x, g.integers(-1, 8)]).shape).toEqual(['texts*tokens', 8]);
    expect(g.op('Reshape', [x, g.integers(0, 0, 2, 4)]).shape).toEqual(['texts', 'tokens', 2, 4]);
    expect(g.op('Reshape', [x, g.integers(0, -1, 4)]).shape).toEqual(['texts', '2*tokens', 4]);
    expect(() => g.op('Slice', [x, g.integers(0), g.integers(1), g.integers(1)])).toThrow('only known when');
  });
});

describe('the shape and type that a rule tells', () => {
  const x = (g: GraphBuilder) => g.constant(counting(2, 3, 4));
  const cases: [string, (g: GraphBuilder) => Value][] = [
    ['Sub', (g) => g.op('Sub', [x(g), g.constant(counting(3, 1))])],
    ['Div', (g) => g.op('Div', [g.constant(scalar(1)), x(g)])],
    ['Less', (g) => g.op('Less', [x(g), g.scalar(5)])],
    ['Where', (g) => g.op('Where', [g.op('Equal', [x(g), g.scalar(5)]), x(g), g.scalar(0)])],
    ['Erf', (g) => g.op('Erf', [x(g)])],
    ['Cast', (g) => g.op('Cast', [x(g)], { to: int(6) })],
    ['BiasGelu', (g) => g.op('BiasGelu', [x(g), g.constant(counting(4))])],
    ['FusedMatMul', (g) => g.op('FusedMatMul', [x(g), x(g)], { transB: int(1), alpha: float(0.5) })],
    ['MatMul', (g) => g.op('MatMul', [x(g), g.constant(counting(2, 1, 4, 5))])],
    ['ReduceSum', (g) => g.op('ReduceSum', [x(g), g.integers(0, -1)], { keepdims: int(0) })],
    ['ReduceSum of all', (g) => g.op('ReduceSum', [x(g)])],
    ['ReduceMean', (g) => g.op('ReduceMean', [x(g), g.integers(1)])],
    ['Reshape', (g) => g.op('Reshape', [x(g), g.integers(0, -1)])],
    ['Squeeze', (g) => g.op('Squeeze', [g.constant(counting(1, 3, 1)), g.integers(-1)])],
    ['Unsqueeze', (g) => g.op('Unsqueeze', [x(g), g.integers(0, -1)])],
    ['Transpose', (g) => g.op('Transpose', [x(g)])],
    ['Concat', (g) => g.op('Concat', [x(g), g.constant(counting(2, 1, 4))], { axis: int(-2) })],
    ['Gather', (g) => g.op('Gather', [x(g), g.constant(tensor([2, 2], Int32Array.of(0, 1, 2, 0)))], { axis: int(1) })],
    ['Shape', (g) => g.op('Shape', [x(g)], { start: int(1) })],
    ['Slice', (g) => g.op('Slice', [x(g), g.integers(-2, 1), g.integers(9, -1), g.integers(1, 2)])],
    ['LpNormalization', (g) => g.op('LpNormalization', [x(g)], { axis: int(-1), p: int(2) })],
  ];

  it.each(cases)('is what ONNX Runtime makes: %s', async (_, build) => {
    const g = new GraphBuilder();
    const value = build(g);
    g.output('y', value.type === 'float32' ? value : g.op('Cast', [value], { to: int(1) }));
    expect((await run(g)).y.shape).toEqual(value.shape);
  });
});
