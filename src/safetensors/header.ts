/** Bytes of one element of each type that the format knows. */
export const elementBytes: ReadonlyMap<string, number> = new Map([
  ['BOOL', 1],
  ['U8', 1],
  ['I8', 1],
  ['I16', 2],
  ['U16', 2],
  ['F16', 2],
  ['BF16', 2],
  ['I32', 4],
  ['U32', 4],
  ['F32', 4],
  ['I64', 8],
  ['U64', 8],
  ['F64', 8],
]);

/** The format's own limit: a header is never longer than this. */
export const longestHeader = 100_000_000;

/** Where a tensor lies in its file. */
export interface TensorEntry {
  readonly name: string;
  /** `F32`, `F16`, `BF16`, `I64`, ... */
  readonly type: string;
  readonly shape: readonly number[];
  /** Bytes from the start of the file. */
  readonly offset: number;
  readonly length: number;
}

/** What a safetensors file says about itself (https://huggingface.co/docs/safetensors). */
export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * The length of a file's header, from the file's first eight bytes.
 * @throws Error when a file of `fileLength` bytes cannot have such a header
 */
export function headerLength(start: Uint8Array, fileLength: number): number {
  if (start.length < 8) throw new Error(`not a safetensors file: it has ${start.length} bytes, and its length takes 8`);
  const length = new DataView(start.buffer, start.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(Math.min(longestHeader, fileLength - 8)))
    throw new Error(`not a safetensors file: a header of ${length} bytes does not fit a file of ${fileLength}`);
  return Number(length);
}

/**
 * Reads and checks a header: every tensor has a known type, a length that is its shape's, and a place of its own, and
 * together they fill the file.
 * @param json the header's bytes, without the eight that give its length
 * @throws Error naming the tensor and what is wrong with it
 */
export function parseHeader(json: Uint8Array, fileLength: number): SafetensorsHeader {
  const start = 8 + json.length;
  const { __metadata__: metadata = {}, ...entries } = parseObject(json);
  const tensors = Object.entries(entries).map(([name, entry]) => parseEntry(name, entry, start));
  checkPlaces(tensors, start, fileLength);
  return { tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])), metadata: parseMetadata(metadata) };
}

function parseObject(json: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch {
    throw new Error('not a safetensors file: its header is not JSON');
  }
  if (!isObject(header)) throw new Error('not a safetensors file: its header is not an object');
  return header;
}

function parseEntry(name: string, entry: unknown, start: number): TensorEntry {
  const wrong = (what: string) => new Error(`tensor ${JSON.stringify(name)}: ${what}`);
  if (!isObject(entry)) throw wrong('its entry is not an object');
  const { dtype, shape, data_offsets: offsets } = entry;
  const bytes = typeof dtype === 'string' ? elementBytes.get(dtype) : undefined;
  if (typeof dtype !== 'string' || bytes === undefined) throw wrong(`unknown type ${JSON.stringify(dtype)}`);
  if (!isSizes(shape)) throw wrong('its shape is not a list of sizes');
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[1] < offsets[0])
    throw wrong('data_offsets is not a start and an end');
  const length = shape.reduce((product, size) => product * size, bytes);
  if (length !== offsets[1] - offsets[0])
    throw wrong(`${dtype} of shape [${shape}] takes ${length} bytes, its place has ${offsets[1] - offsets[0]}`);
  return { name, type: dtype, shape, offset: start + offsets[0], length };
}

/** As the reference implementation has it: no overlaps, no holes, nothing past the end. */
function checkPlaces(tensors: readonly TensorEntry[], start: number, fileLength: number): void {
  let end = start;
  for (const { name, offset, length } of [...tensors].sort((a, b) => a.offset - b.offset || a.length - b.length)) {
    const what = offset < end ? 'overlaps the one before it' : 'leaves a hole before it';
    if (offset !== end) throw new Error(`tensor ${JSON.stringify(name)} ${what}`);
    end += length;
    if (end > fileLength)
      throw new Error(`tensor ${JSON.stringify(name)} ends at byte ${end} of a file of ${fileLength} bytes`);
  }
  if (end !== fileLength) throw new Error(`the tensors end at byte ${end} of a file of ${fileLength} bytes`);
}

function parseMetadata(metadata: unknown): Record<string, string> {
  if (!isObject(metadata)) throw new Error('__metadata__ is not an object');
  const texts = Object.entries(metadata).map(([name, text]): [string, string] => {
    if (typeof text !== 'string') throw new Error(`__metadata__ ${JSON.stringify(name)} is not text`);
    return [name, text];
  });
  return Object.fromEntries(texts);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
