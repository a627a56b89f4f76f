import { open } from 'node:fs/promises';
import { fromBfloat16, fromFloat16 } from './half.js';
import { headerLength, parseHeader, type SafetensorsHeader, type TensorEntry } from './header.js';

/** A tensor and its little-endian bytes, a view into those it was read from. */
export interface StoredTensor extends TensorEntry {
  readonly bytes: Uint8Array;
}

export interface Safetensors {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads a whole safetensors file that is in memory, without copying the tensors.
 * @throws Error naming what is wrong, and the tensor where it is one
 */
export function readSafetensors(file: Uint8Array): Safetensors {
  const length = headerLength(file, file.length);
  const { tensors, metadata } = parseHeader(file.subarray(8, 8 + length), file.length);
  const stored = [...tensors.values()].map((entry): [string, StoredTensor] => [
    entry.name,
    { ...entry, bytes: file.subarray(entry.offset, entry.offset + entry.length) },
  ]);
  return { tensors: new Map(stored), metadata };
}

/**
 * Reads the header of a file and leaves the tensors where they are.
 * @throws Error naming what is wrong; a system error when the file cannot be read
 */
export async function readSafetensorsHeader(path: string): Promise<SafetensorsHeader> {
  await using file = await open(path);
  const { size } = await file.stat();
  const length = headerLength(await readAt(file, 0, Math.min(8, size)), size);
  return parseHeader(await readAt(file, 8, length), size);
}

/**
 * The numbers of an F32, F16 or BF16 tensor; a view where the bytes allow it.
 * @throws Error when the tensor holds something else
 */
export function floatsOf({ name, type, bytes }: StoredTensor): Float32Array {
  switch (type) {
    case 'F32': {
      const { buffer, byteOffset, byteLength } = aligned(bytes, 4);
      return new Float32Array(buffer, byteOffset, byteLength / 4);
    }
    case 'F16':
      return fromFloat16(halves(bytes));
    case 'BF16':
      return fromBfloat16(halves(bytes));
    default:
      throw new Error(`tensor ${JSON.stringify(name)} is ${type}: F32, F16 or BF16 was expected`);
  }
}

/**
 * The numbers of an I64 tensor; a view where the bytes allow it.
 * @throws Error when the tensor holds something else
 */
export function integersOf({ name, type, bytes }: StoredTensor): BigInt64Array {
  if (type !== 'I64') throw new Error(`tensor ${JSON.stringify(name)} is ${type}: I64 was expected`);
  const { buffer, byteOffset, byteLength } = aligned(bytes, 8);
  return new BigInt64Array(buffer, byteOffset, byteLength / 8);
}

function halves(bytes: Uint8Array): Uint16Array {
  const { buffer, byteOffset, byteLength } = aligned(bytes, 2);
  return new Uint16Array(buffer, byteOffset, byteLength / 2);
}

/** A header of any length may put numbers at odd addresses; typed arrays cannot look there. */
const aligned = (bytes: Uint8Array, to: number): Uint8Array =>
  bytes.byteOffset % to === 0 ? bytes : new Uint8Array(bytes);

async function readAt(file: Awaited<ReturnType<typeof open>>, position: number, length: number): Promise<Uint8Array> {
  const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
