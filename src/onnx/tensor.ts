export const elementTypes = ['float32', 'uint8', 'int8', 'int32', 'int64', 'bool', 'float16', 'bfloat16'] as const;
export type ElementType = (typeof elementTypes)[number];

/** The number by which ONNX knows each element type. */
export const onnxNumberOf: Readonly<Record<ElementType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  bfloat16: 16,
};

/** Bytes of a file beside the model that hold a tensor: ONNX Runtime maps them instead of copying them. */
export interface FileRange {
  /** File name, relative to the folder the session is given. */
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

/** Numbers known when the graph is built. */
export interface Tensor {
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** Little-endian elements, row by row (a view, never copied before the model is written), or where a file holds them. */
  readonly data: Uint8Array | FileRange;
}

type TensorValues = Float32Array | Int32Array | BigInt64Array | Int8Array | Uint8Array;

/**
 * A tensor over typed numbers, sharing their memory.
 * @throws Error when the shape does not hold as many elements as there are
 */
export function tensor(shape: readonly number[], values: TensorValues): Tensor {
  if (elementsOf(shape) !== values.length)
    throw new Error(`a tensor of shape [${shape}] cannot hold ${values.length} elements`);
  return { type: typeOf(values), shape, data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}

/** One float32 without dimensions. */
export const scalar = (value: number): Tensor => tensor([], Float32Array.of(value));

/** A list of int64, as ONNX wants axes, shapes and bounds. */
export const integers = (...values: readonly number[]): Tensor =>
  tensor(
    [values.length],
    BigInt64Array.from(values, (value) => BigInt(value)),
  );

/** The number of elements of a shape. */
export const elementsOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** The values of a small int64 constant, such as a list of axes; undefined when it lies in a file or is not int64. */
export function integersOf(tensor: Tensor): readonly number[] | undefined {
  if (tensor.type !== 'int64' || !(tensor.data instanceof Uint8Array)) return undefined;
  const view = new DataView(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
  return Array.from({ length: elementsOf(tensor.shape) }, (_, i) => Number(view.getBigInt64(8 * i, true)));
}

function typeOf(values: TensorValues): ElementType {
  if (values instanceof Float32Array) return 'float32';
  if (values instanceof Int32Array) return 'int32';
  if (values instanceof Int8Array) return 'int8';
  return values instanceof Uint8Array ? 'uint8' : 'int64';
}
