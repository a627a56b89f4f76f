import type { Architecture } from '../src/encoder/architecture.js';
import { GraphBuilder } from '../src/onnx/builder.js';
import { int, type Value } from '../src/onnx/graph.js';
import { Tensor } from '../src/onnx/runtime.js';
import { elementsOf } from '../src/onnx/tensor.js';
import { openSession } from '../src/training/runs.js';

/** An encoder's largest matrix products with nothing in between, to compare a step with. */
export interface GemmBench {
  run(): Promise<void>;
  /** GFLOP/s of the median run. */
  rate(): number;
  forget(): void;
  close(): Promise<void>;
}

/** The two wide linear maps of every layer, forward one after the other, and the gradient of each one's weights. */
export async function openGemm(
  { hidden, intermediate, layers }: Architecture,
  tokens: number,
  threads: number,
): Promise<GemmBench> {
  const g = new GraphBuilder();
  const inputs: Value[] = [];
  const input = (name: string, ...shape: number[]) => {
    inputs.push(g.input(name, 'float32', shape));
    return inputs[inputs.length - 1];
  };
  const product = (a: Value, b: Value, transA: number, transB: number) =>
    g.op('Gemm', [a, b], { transA: int(transA), transB: int(transB) });
  let x = input('x', tokens, hidden);
  for (let layer = 0; layer < layers; layer++) {
    const wide = product(x, input(`up${layer}`, intermediate, hidden), 0, 1);
    const narrow = product(wide, input(`down${layer}`, hidden, intermediate), 0, 1);
    g.output(`ofUp${layer}`, product(wide, x, 1, 0));
    g.output(`ofDown${layer}`, product(narrow, wide, 1, 0));
    x = narrow;
  }
  g.output('y', x);
  const graph = g.build('products');
  const session = await openSession(graph, threads);
  const tensorOf = ({ shape }: Value) => {
    const sizes = shape.map(Number);
    return new Tensor('float32', new Float32Array(elementsOf(sizes)).fill(0.01), sizes);
  };
  const feeds = Object.fromEntries(inputs.map((value) => [value.name, tensorOf(value)]));
  const fetches = Object.fromEntries([...graph.outputs].map(([name, value]) => [name, tensorOf(value)]));
  const operations = layers * 4 * 2 * tokens * hidden * intermediate;
  let times: number[] = [];
  return {
    async run() {
      const from = performance.now();
      await session.run(feeds, fetches);
      times.push((performance.now() - from) / 1000);
    },
    rate: () => operations / times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] / 1e9,
    forget: () => {
      times = [];
    },
    close: () => session.release(),
  };
}
