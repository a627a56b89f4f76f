import { addNumbers, advance, type Code, compile, f32, floats, get, load, repeat, set, store } from '../wasm/loops.js';

/** Loops over numbers in one memory. Places are byte addresses, lengths are in bytes; both are multiples of 64. */
export interface AdamWKernel {
  readonly buffer: ArrayBuffer;
  /** The sum of squares, added up in single precision: good for some thousand numbers at a time. */
  sumOfSquares(numbers: number, length: number): number;
  /** Adds numbers to others. */
  add(to: number, numbers: number, length: number): void;
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

/**
 * A memory of zeros and the loops over it: an encoder has tens of millions of weights, and loops in JavaScript would take a
 * fifth of every step.
 * @throws RangeError when there is not that much memory, or it would be over 4 GiB
 */
export function adamwKernel(bytes: number): AdamWKernel {
  const { buffer, run } = open(bytes);
  return {
    buffer,
    step: (...given) => void run('step', ...given),
    add: (...given) => void run('add', ...given),
    sumOfSquares: (...given) => run('sumOfSquares', ...given),
  };
}

const epsilon = 1e-8;
const { add, divide, multiply, splat, sqrt, subtract } = floats;

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
    ...splat(f32(epsilon)),
    ...set(tiny),
    ...repeat(length, [
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
          divide(multiply(get(mean), rate), add(sqrt(multiply(get(variance), varianceScale)), get(tiny))),
        ),
      ),
      ...[weights, means, variances, gradients].flatMap((address) => advance(address)),
    ]),
  ];
}

/** Four sums at a time: one addition need not wait for the other. */
function sumOfSquaresCode(): Code {
  const [numbers, length, x] = [0, 1, 2];
  const sums = [3, 4, 5, 6];
  return [
    ...repeat(
      length,
      [
        ...sums.flatMap((sum, behind) => [
          ...load(numbers, behind),
          ...set(x),
          ...add(get(sum), multiply(get(x), get(x))),
          ...set(sum),
        ]),
        ...advance(numbers, sums.length),
      ],
      sums.length,
    ),
    ...sums.map(get).reduce(add),
    ...set(x),
    ...[0, 1, 2, 3].flatMap((lane) => [...floats.lane(get(x), lane), ...(lane > 0 ? addNumbers : [])]),
  ];
}

function addCode(): Code {
  const [to, numbers, length] = [0, 1, 2];
  return repeat(length, [
    ...store(to, add(load(to), load(numbers))),
    ...[to, numbers].flatMap((each) => advance(each)),
  ]);
}

const open = compile({
  step: { parameters: [...Array(5).fill('i32'), ...Array(8).fill('f32')], vectors: 12, code: stepCode() },
  sumOfSquares: { parameters: ['i32', 'i32'], result: 'f32', vectors: 5, code: sumOfSquaresCode() },
  add: { parameters: ['i32', 'i32', 'i32'], vectors: 0, code: addCode() },
});
