/** A tensor to be written. I64 and F32 are all that Manyhead stores. */
export interface WritableTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array | BigInt64Array;
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
  const sorted = [...tensors].sort(byName);
  const entries: [string, unknown][] = [];
  let length = 0;
  for (const [name, { shape, values }] of sorted) {
    check(name, shape, values.length);
    const end = length + values.byteLength;
    const dtype = values instanceof Float32Array ? 'F32' : 'I64';
    entries.push([name, { dtype, shape, data_offsets: [length, end] }]);
    length = end;
  }
  const texts = Object.entries(metadata).sort(byName);
  if (texts.length > 0) entries.unshift(['__metadata__', Object.fromEntries(texts)]);

  const header = paddedHeader(entries);
  const file = new Uint8Array(8 + header.length + length);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, 8);
  let end = 8 + header.length;
  for (const [, { values }] of sorted) {
    file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), end);
    end += values.byteLength;
  }
  return file;
}

/** Entries as a JSON object, written by hand: an object of our own would move names such as "1" to the front. */
function paddedHeader(entries: readonly [string, unknown][]): Uint8Array {
  const fields = entries.map(([name, entry]) => `${JSON.stringify(name)}:${JSON.stringify(entry)}`);
  const json = new TextEncoder().encode(`{${fields.join(',')}}`);
  const header = new Uint8Array(Math.ceil(json.length / 8) * 8).fill(0x20);
  header.set(json);
  return header;
}

function check(name: string, shape: readonly number[], elements: number): void {
  if (name === '__metadata__') throw new Error('a tensor cannot be named __metadata__');
  if (shape.reduce((product, size) => product * size, 1) !== elements)
    throw new Error(`tensor ${JSON.stringify(name)} of shape [${shape}] has ${elements} elements`);
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : a > b ? 1 : 0;
