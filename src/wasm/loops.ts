/*
 * Loops over numbers in WebAssembly, a vector of 16 bytes at a time, where JavaScript would take many times as long. They are
 * small enough to be written out, instruction by instruction (https://webassembly.github.io/spec/core/binary, the vector
 * instructions in section 5.4.8).
 */

/** What is used of WebAssembly; the types of Node 20 leave it out. */
declare namespace WebAssembly {
  class Memory {
    constructor(size: { readonly initial: number });
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  class Module {
    constructor(bytes: Uint8Array<ArrayBuffer>);
  }
  class Instance {
    constructor(module: Module, imports: { readonly host: { readonly memory: Memory } });
    readonly exports: Readonly<Record<string, unknown>>;
  }
}

/** Instructions, as bytes. */
export type Code = readonly number[];

/** A function over the memory: its parameters are its first locals, its vectors, which start as zeros, the next ones. */
export interface Loop {
  readonly parameters: readonly NumberType[];
  readonly result?: NumberType;
  readonly vectors: number;
  readonly code: Code;
}

type NumberType = 'i32' | 'f32';
const numberTypes: Readonly<Record<NumberType, number>> = { i32: 0x7f, f32: 0x7d };
const vectorType = 0x7b;

export const vectorBytes = 16;

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number): Code => [0x21, ...unsigned(local)];
export const f32 = (value: number): Code => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)];
export const vector = (operation: number, ...immediates: Code): Code => [0xfd, ...unsigned(operation), ...immediates];
/** The vector so many vectors behind an address. */
export const load = (address: number, behind = 0): Code => [
  ...get(address),
  ...vector(0x00, 4, ...unsigned(behind * vectorBytes)),
];
export const store = (address: number, value: Code, behind = 0): Code => [
  ...get(address),
  ...value,
  ...vector(0x0b, 4, ...unsigned(behind * vectorBytes)),
];
/** Moves an address on by some vectors. */
export const advance = (address: number, vectors = 1): Code => [
  ...get(address),
  ...[0x41, ...signed(vectors * vectorBytes), 0x6a],
  ...set(address),
];
/** Repeats the body until a count of bytes, which goes down by so many vectors each time, is 0. */
export const repeat = (bytes: number, body: Code, vectors = 1): Code => [
  ...[0x02, 0x40, ...get(bytes), 0x45, 0x0d, 0],
  ...[0x03, 0x40, ...body],
  ...[...get(bytes), 0x41, ...signed(vectors * vectorBytes), 0x6b, 0x22, ...unsigned(bytes), 0x0d, 0, 0x0b],
  0x0b,
];

const unary =
  (operation: number, ...immediates: Code) =>
  (x: Code): Code => [...x, ...vector(operation, ...immediates)];
const binary =
  (operation: number) =>
  (a: Code, b: Code): Code => [...a, ...b, ...vector(operation)];

/** Four float32. */
export const floats = {
  splat: unary(0x13),
  /** One of them, as a number. */
  lane: (x: Code, lane: number): Code => unary(0x1f, lane)(x),
  sqrt: unary(0xe3),
  add: binary(0xe4),
  subtract: binary(0xe5),
  multiply: binary(0xe6),
  divide: binary(0xe7),
};

/** Eight 16-bit numbers with sign. */
export const shorts = {
  /** Products of neighbours, added in pairs: four 32-bit numbers. */
  pairProducts: binary(0xba),
};

/** Four 32-bit numbers without sign. */
export const words = {
  splat: unary(0x11),
  add: binary(0xae),
  and: binary(0x4e),
  xor: binary(0x51),
  or: binary(0x50),
  shiftLeft: (x: Code, by: number): Code => [...x, 0x41, ...signed(by), ...vector(0xab)],
  shiftRight: (x: Code, by: number): Code => [...x, 0x41, ...signed(by), ...vector(0xad)],
};

/** Sixteen bytes without sign. */
export const bytes = {
  splat: unary(0x0f),
  /** All bits of a byte where it is not below the other's, none where it is. */
  notBelow: binary(0x2c),
  /** One of four vectors of words: the bits of four of the bytes, each repeated all over its word. */
  spread: (x: Code, quarter: number): Code => {
    const [half, rest] = [quarter >> 1, quarter & 1];
    return [...x, ...vector(0x87 + half), ...vector(0xa7 + rest)];
  },
};

/** The sum of two numbers of the stack. */
export const addNumbers: Code = [0x92];

/** A memory and the loops over it. */
export interface LoopMemory<Name extends string> {
  readonly buffer: ArrayBuffer;
  /** Makes the memory at least so large. Arrays over `buffer` are then of no use any more, but what they held stays. */
  reach(bytes: number): void;
  run(loop: Name, ...given: readonly number[]): number;
}

/**
 * Compiles loops.
 * @returns what opens a memory of zeros with the loops over it; it throws RangeError when there is not that much memory, or it
 *   would be over 4 GiB
 */
export function compile<Name extends string>(loops: Readonly<Record<Name, Loop>>) {
  const all: readonly [string, Loop][] = Object.entries(loops);
  const module = new WebAssembly.Module(
    Uint8Array.from([
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, ...all.map(([, { parameters, result }]) => signature(parameters, result ? [result] : []))),
      ...section(2, [...name('host'), ...name('memory'), 0x02, 0, 0]),
      ...section(3, ...all.map((_, place) => [place])),
      ...section(7, ...all.map(([each], place) => [...name(each), 0, place])),
      ...section(10, ...all.map(([, { vectors, code }]) => body(vectors, code))),
    ]),
  );
  return (bytes: number): LoopMemory<Name> => {
    const memory = new WebAssembly.Memory({ initial: pages(bytes) });
    const { exports } = new WebAssembly.Instance(module, { host: { memory } });
    return {
      get buffer() {
        return memory.buffer;
      },
      reach: (bytes) => void memory.grow(Math.max(0, pages(bytes) - pages(memory.buffer.byteLength))),
      run(each, ...given) {
        const loop = exports[each];
        if (typeof loop !== 'function') throw new Error(`there is no loop ${each}`);
        return Number(loop(...given));
      },
    };
  };
}

const pageBytes = 65536;
const pages = (bytes: number): number => Math.ceil(bytes / pageBytes);

const section = (id: number, ...items: readonly Code[]): Code => {
  const content = [...unsigned(items.length), ...items.flat()];
  return [id, ...unsigned(content.length), ...content];
};
const name = (text: string): Code => [text.length, ...Buffer.from(text)];
const signature = (from: readonly NumberType[], to: readonly NumberType[]): Code => [
  0x60,
  ...[from.length, ...from.map((type) => numberTypes[type])],
  ...[to.length, ...to.map((type) => numberTypes[type])],
];
const body = (vectors: number, code: Code): Code => {
  const content = [1, vectors, vectorType, ...code, 0x0b];
  return [...unsigned(content.length), ...content];
};

/** A whole number in LEB128. */
function unsigned(value: number): Code {
  return value < 128 ? [value] : [(value % 128) + 128, ...unsigned(Math.floor(value / 128))];
}

/** The same for a constant, whose highest bit is its sign. */
function signed(value: number): Code {
  return value < 64 ? [value] : [(value % 128) + 128, ...signed(Math.floor(value / 128))];
}
