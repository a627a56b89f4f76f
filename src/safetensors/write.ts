import { elementBytes } from './header.js';

/** A tensor to be written: as F32 or I64 by its numbers, or as the bytes it has already. */
export type WritableTensor = NumberTensor | ByteTensor;

export interface NumberTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array | BigInt64Array;
}

export interface ByteTensor {
  /** `F16`, `BF16`, ... as in the file. */
  readonly type: string;
  readonly shape: readonly number[];
  /** Little-endian elements. */
  readonly bytes: Uint8Array;
}

/**
 * The bytes of a safetensors file. The same tensors and metadata give the same bytes, in whatever order they come:
 * names are sorted, and the header is padded with spaces to a multiple of eight.
 * @throws Error naming a tensor whose shape is not that of its values
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, WritableTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const parts = safetensorsParts(tensors, metadata);
  const file = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const part of parts) {
    file.set(part, end);
    end += part.length;
  }
  return file;
}

/** The same bytes in parts, one after the other: those of the tensors are not copied. */
export function safetensorsParts(
  tensors: ReadonlyMap<string, WritableTensor>,
  metadata: Readonly<Record<string, string>> = {},
): readonly Uint8Array[] {
  const sorted = [...tensors].sort(byName).map(([name, tensor]) => ({ name, ...asBytes(name, tensor) }));
  const entries: [string, unknown][] = [];
  let length = 0;
  for (const { name, type, shape, bytes } of sorted) {
    const end = length + bytes.length;
    entries.push([name, { dtype: type, shape, data_offsets: [length, end] }]);
    length = end;
  }
  const texts = Object.entries(metadata).sort(byName);
  if (texts.length > 0) entries.unshift(['__metadata__', Object.fromEntries(texts)]);

  const header = paddedHeader(entries);
  const size = new Uint8Array(8);
  new DataView(size.buffer).setBigUint64(0, BigInt(header.length), true);
  return [size, header, ...sorted.map(({ bytes }) => bytes)];
}

/** Entries as a JSON object, written by hand: an object of our own would move names such as "1" to the front. */
function paddedHeader(entries: readonly [string, unknown][]): Uint8Array {
  const fields = entries.map(([name, entry]) => `${JSON.stringify(name)}:${JSON.stringify(entry)}`);
  const json = new TextEncoder().encode(`{${fields.join(',')}}`);
  const header = new Uint8Array(Math.ceil(json.length / 8) * 8).fill(0x20);
  header.set(json);
  return header;
}

function asBytes(name: string, tensor: WritableTensor): ByteTensor {
  if (name === '__metadata__') throw new Error('a tensor cannot be named __metadata__');
  const { shape } = tensor;
  const elements = shape.reduce((product, size) => product * size, 1);
  const { type, bytes } = 'values' in tensor ? ofNumbers(tensor.values) : tensor;
  const there = bytes.length / bytesOf(name, type);
  if (elements !== there) throw new Error(`tensor ${JSON.stringify(name)} of shape [${shape}] has ${there} elements`);
  return { type, shape, bytes };
}

const ofNumbers = (values: Float32Array | BigInt64Array) => ({
  type: values instanceof Float32Array ? 'F32' : 'I64',
  bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
});

function bytesOf(name: string, type: string): number {
  const bytes = elementBytes.get(type);
  if (bytes === undefined) throw new Error(`tensor ${JSON.stringify(name)} is of an unknown type ${type}`);
  return bytes;
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : a > b ? 1 : 0;
