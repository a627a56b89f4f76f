import type { GraphBuilder } from '../../onnx/builder.js';
import { int, type Value } from '../../onnx/graph.js';
import { type Tensor, tensor } from '../../onnx/tensor.js';
import type { MapMaker } from '../linear-maps.js';
import type { QuantizedMap } from './quantize.js';

/** Rows of 8-bit integers, each with a scale of its own: a row is (values - zero) * scale. */
interface QuantizedRows {
  /** uint8 [rows, in] */
  readonly values: Value;
  /** uint8, the integer that stands for 0 */
  readonly zero: Value;
  /** [rows, 1] */
  readonly scales: Value;
}

/** GELU is never below this. */
const leastGelu = -0.17;
/** The integer that stands for 0 in what GELU makes: few integers are spent on its negative side, as it has little there. */
const geluZero = 24;
/** The integer that stands for 0 in rows that go as far below as above. */
const middle = 128;
/** A row of zeros has this scale: it can be divided by. */
const leastScale = 1e-30;

/**
 * Products of 8-bit integers. Weights have a scale a column, inputs a scale a row, found as the row comes: so a text's vector
 * does not depend on the texts beside it, and no number is too large. Biases, activations and sums are float32.
 * @param quantized the maps by name
 * @param divisors what an input is divided by before it is rounded, by the name of the first map that takes it
 */
export const int8Maps =
  (quantized: ReadonlyMap<string, QuantizedMap>, divisors: ReadonlyMap<string, Float32Array>): MapMaker =>
  (g, { activation }) => {
    const add = (a: Value, b: Value) => g.op('Add', [a, b]);
    const mul = (a: Value, b: Value) => g.op('Mul', [a, b]);
    const rounded = rowRounding(g);

    const smoothed = (x: Value, name: string) => {
      const factors = divisors.get(name)?.map((each) => 1 / each);
      return factors ? mul(x, g.constant(tensor([factors.length], factors))) : x;
    };
    const bothSided = (x: Value): QuantizedRows => {
      const largest = g.op('ReduceMax', [g.op('Abs', [x]), g.integers(1)], { keepdims: int(0) });
      return rounded(x, mul(largest, g.scalar(1 / 127)), leastScale, middle);
    };
    const activated = (x: Value): QuantizedRows => {
      const zero = activation === 'gelu' ? geluZero : 0;
      const largest = g.op('ReduceMax', [x, g.integers(1)], { keepdims: int(0) });
      const least = zero > 0 ? -leastGelu / zero : leastScale;
      return rounded(x, mul(largest, g.scalar(1 / (255 - zero))), least, zero);
    };

    const product = ({ values, zero, scales }: QuantizedRows, name: string): Value => {
      const map = quantized.get(name);
      if (map === undefined) throw new Error(`${name} has no integers`);
      const [weight, columns] = [g.constant(map.weight), g.constant(map.scales)];
      return mul(g.op('MatMulIntegerToFloat', [values, weight, g.scalar(1), columns, zero]), scales);
    };
    // GELU's tanh form: the quicker one here, and its error is nothing beside that of rounding.
    const activate = (x: Value, bias: Value) =>
      activation === 'gelu' ? g.op('FastGelu', [x, bias]) : g.op('Relu', [add(x, bias)]);

    return {
      linear(x, maps) {
        const rows = bothSided(smoothed(x, maps[0].name));
        return maps.map(({ name, bias }) => (bias ? add(product(rows, name), bias) : product(rows, name)));
      },
      feedForward(x, up, down) {
        const wide = activate(product(bothSided(smoothed(x, up.name)), up.name), up.bias);
        return add(product(activated(wide), down.name), down.bias);
      },
    };
  };

/** Rounds rows by scales [rows] of at least `least`. QuantizeLinear wants a zero point for every row. */
function rowRounding(g: GraphBuilder) {
  const zeros = new Map<number, Value>();
  return (x: Value, scales: Value, least: number, zero: number): QuantizedRows => {
    const zeroPoint = g.constant(uint8(zero));
    const rows = zeros.get(zero) ?? g.op('Expand', [zeroPoint, g.op('Shape', [scales])]);
    zeros.set(zero, rows);
    const safe = g.op('Max', [scales, g.scalar(least)]);
    return {
      values: g.op('QuantizeLinear', [x, safe, rows], { axis: int(0) }),
      zero: zeroPoint,
      scales: g.op('Unsqueeze', [safe, g.integers(1)]),
    };
  };
}

const uint8 = (value: number): Tensor => tensor([], Uint8Array.of(value));
