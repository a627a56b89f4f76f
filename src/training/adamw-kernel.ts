/*
 * The inner loops of AdamW in WebAssembly, four numbers at a time: an encoder has tens of millions of weights, and a loop in
 * JavaScript would take a fifth of every step. The module is small enough to be written out here, instruction by instruction
 * (https://webassembly.github.io/spec/core/binary, vector instructions: the same, section 5.4.8).
 */

/** What is used of WebAssembly; the types of Node 20 leave it out. */
declare namespace WebAssembly {
  class Memory {
    constructor(size: { readonly initial: number });
    readonly buffer: ArrayBuffer;
  }
  class Module {
    constructor(bytes: Uint8Array<ArrayBuffer>);
  }
  class Instance {
    constructor(module: Module, imports: { readonly host: { readonly memory: Memory } });
    readonly exports: Readonly<Record<string, unknown>>;
  }
}

/** Loops over numbers in one memory. Places are byte addresses, lengths are in bytes; both are multiples of 16. */
export interface AdamWKernel {
  readonly buffer: ArrayBuffer;
  /** The sum of squares, added up in single precision: good for some thousand numbers at a time. */
  sumOfSquares(numbers: number, length: number): number;
  /**
   * With g the gradient times `gradientScale`: mean = keepMean mean + addMean g, variance = keepVariance variance +
   * addVariance g^2, weight = keep weight - rate mean / (sqrt(varianceScale variance) + 1e-8).
   */
  step(
    weights: number,
    means: number,
    variances: number,
    gradients: number,
    length: number,
    gradientScale: number,
    keepMean: number,
    addMean: number,
    keepVariance: number,
    addVariance: number,
    keep: number,
    rate: number,
    varianceScale: number,
  ): void;
}

const pageBytes = 65536;

/**
 * A memory of zeros and the loops over it.
 * @throws RangeError when there is not that much memory, or it would be over 4 GiB
 */
export function adamwKernel(bytes: number): AdamWKernel {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / pageBytes) });
  const { exports } = new WebAssembly.Instance(compiled, { host: { memory } });
  const { step, sumOfSquares } = exports;
  if (!isKernelFunction(step) || !isKernelFunction(sumOfSquares)) throw new Error('the kernel exports no functions');
  return {
    buffer: memory.buffer,
    step: (...given) => void step(...given),
    sumOfSquares: (...given) => Number(sumOfSquares(...given)),
  };
}

type KernelFunction = (...given: readonly number[]) => number | undefined;
const isKernelFunction = (value: unknown): value is KernelFunction => typeof value === 'function';

const epsilon = 1e-8;

type Code = readonly number[];

const [i32, f32, v128] = [0x7f, 0x7d, 0x7b];
const get = (local: number): Code => [0x20, ...unsigned(local)];
const set = (local: number): Code => [0x21, ...unsigned(local)];
const f32Constant = (value: number): Code => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)];
const vector = (operation: number, ...immediates: Code): Code => [0xfd, ...unsigned(operation), ...immediates];
const load = (address: number): Code => [...get(address), ...vector(0x00, 4, 0)];
const store = (address: number, value: Code): Code => [...get(address), ...value, ...vector(0x0b, 4, 0)];
const splat = (value: Code): Code => [...value, ...vector(0x13)];
const binary =
  (operation: number) =>
  (a: Code, b: Code): Code => [...a, ...b, ...vector(operation)];
const [add, subtract, multiply, divide] = [0xe4, 0xe5, 0xe6, 0xe7].map(binary);
const root = (x: Code): Code => [...x, ...vector(0xe3)];
const f32Add = 0x92;
/** Moves an address on by one vector. */
const advance = (address: number): Code => [...get(address), 0x41, 16, 0x6a, ...set(address)];
/** Repeats the body until the count of bytes, which goes down by a vector each time, is 0. */
const loop = (bytes: number, body: Code): Code => [
  ...[0x02, 0x40, ...get(bytes), 0x45, 0x0d, 0],
  ...[0x03, 0x40, ...body, ...get(bytes), 0x41, 16, 0x6b, 0x22, ...unsigned(bytes), 0x0d, 0, 0x0b],
  0x0b,
];

function stepCode(): Code {
  const [weights, means, variances, gradients, length] = [0, 1, 2, 3, 4];
  const scalars = [5, 6, 7, 8, 9, 10, 11, 12];
  // Each scalar once more, in all four lanes, and what is worked with.
  const [scale, keepMean, addMean, keepVariance, addVariance, keep, rate, varianceScale] = scalars.map((s) =>
    get(s + 8),
  );
  const [tiny, g, mean, variance] = [21, 22, 23, 24];
  return [
    ...scalars.flatMap((scalar) => [...splat(get(scalar)), ...set(scalar + 8)]),
    ...splat(f32Constant(epsilon)),
    ...set(tiny),
    ...loop(length, [
      ...multiply(load(gradients), scale),
      ...set(g),
      ...add(multiply(load(means), keepMean), multiply(get(g), addMean)),
      ...set(mean),
      ...add(multiply(load(variances), keepVariance), multiply(multiply(get(g), get(g)), addVariance)),
      ...set(variance),
      ...store(means, get(mean)),
      ...store(variances, get(variance)),
      ...store(
        weights,
        subtract(
          multiply(load(weights), keep),
          divide(multiply(get(mean), rate), add(root(multiply(get(variance), varianceScale)), get(tiny))),
        ),
      ),
      ...[weights, means, variances, gradients].flatMap(advance),
    ]),
  ];
}

function sumOfSquaresCode(): Code {
  const [numbers, length, sums, x] = [0, 1, 2, 3];
  return [
    ...loop(length, [
      ...load(numbers),
      ...set(x),
      ...add(get(sums), multiply(get(x), get(x))),
      ...set(sums),
      ...advance(numbers),
    ]),
    ...[0, 1, 2, 3].flatMap((each) => [...get(sums), ...vector(0x1f, each), ...(each > 0 ? [f32Add] : [])]),
  ];
}

const section = (id: number, ...items: readonly Code[]): Code => {
  const content = [...unsigned(items.length), ...items.flat()];
  return [id, ...unsigned(content.length), ...content];
};
const name = (text: string): Code => [text.length, ...Buffer.from(text)];
const type = (from: Code, to: Code): Code => [0x60, from.length, ...from, to.length, ...to];
const body = (vectors: number, code: Code): Code => {
  const content = [1, vectors, v128, ...code, 0x0b];
  return [...unsigned(content.length), ...content];
};

const compiled = new WebAssembly.Module(
  Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, type([i32, i32, i32, i32, i32, ...Array(8).fill(f32)], []), type([i32, i32], [f32])),
    ...section(2, [...name('host'), ...name('memory'), 0x02, 0, 0]),
    ...section(3, [0], [1]),
    ...section(7, [...name('step'), 0, 0], [...name('sumOfSquares'), 0, 1]),
    ...section(10, body(12, stepCode()), body(2, sumOfSquaresCode())),
  ]),
);

/** A whole number in LEB128. */
function unsigned(value: number): Code {
  return value < 128 ? [value] : [(value % 128) + 128, ...unsigned(Math.floor(value / 128))];
}
