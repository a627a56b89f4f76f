import { Tensor } from 'onnxruntime-node';
import type { Architecture } from '../src/encoder/architecture.js';
import { GraphBuilder } from '../src/onnx/builder.js';
import { int } from '../src/onnx/graph.js';
import { openSession } from '../src/training/runs.js';

/** The matrix products of an encoder's layer alone, to compare a step with. */
export interface GemmBench {
  run(): Promise<void>;
  /** GFLOP/s over the median of each product's runs. */
  rate(): number;
  forget(): void;
  close(): Promise<void>;
}

/** The wide linear map forward, and both of its gradients: two thirds of an encoder's arithmetic is these. */
export async function openGemm(
  { hidden, intermediate }: Architecture,
  tokens: number,
  threads: number,
): Promise<GemmBench> {
  const products = await Promise.all([
    openProduct([tokens, hidden], [intermediate, hidden], { transB: int(1) }, threads),
    openProduct([tokens, intermediate], [intermediate, hidden], {}, threads),
    openProduct([tokens, intermediate], [tokens, hidden], { transA: int(1) }, threads),
  ]);
  const operations = 2 * tokens * hidden * intermediate;
  const times: number[][] = products.map(() => []);
  return {
    async run() {
      for (const [i, { run }] of products.entries()) {
        const from = performance.now();
        await run();
        times[i].push((performance.now() - from) / 1000);
      }
    },
    rate: () => (products.length * operations) / times.map(median).reduce((a, b) => a + b) / 1e9,
    forget: () => {
      for (const each of times) each.length = 0;
    },
    close: async () => {
      for (const { close } of products) await close();
    },
  };
}

type Size = readonly [number, number];

async function openProduct(a: Size, b: Size, attributes: Record<string, ReturnType<typeof int>>, threads: number) {
  const g = new GraphBuilder();
  const product = g.op('Gemm', [g.input('a', 'float32', a), g.input('b', 'float32', b)], attributes);
  g.output('y', product);
  const session = await openSession(g.build('gemm'), threads);
  const floats = (shape: readonly number[]) =>
    new Tensor('float32', new Float32Array(shape.reduce((x, y) => x * y)).fill(0.5), shape);
  const [feeds, fetches] = [{ a: floats(a), b: floats(b) }, { y: floats(product.shape.map(Number)) }];
  return { run: () => session.run(feeds, fetches), close: () => session.release() };
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
