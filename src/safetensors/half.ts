/**
 * Half precision (IEEE 754 binary16) to single, exactly: subnormals, infinities and NaN too.
 * A table of all 65,536 values is quicker than arithmetic on millions of weights, and is made on first use.
 */
export function fromFloat16(halves: Uint16Array): Float32Array {
  table ??= Float32Array.from({ length: 65_536 }, (_, bits) => float16(bits));
  const floats = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) floats[i] = table[halves[i]];
  return floats;
}

/** bfloat16 to single: the upper half of a single's bits. */
export function fromBfloat16(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i] << 16;
  return new Float32Array(bits.buffer);
}

/**
 * Single precision to half, to the nearest, and to the even one of two that are as near (IEEE 754, section 4.3.1).
 * @throws RangeError where a number is beyond what half precision holds: 65,504
 */
export function toFloat16(floats: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
  const halves = new Uint16Array(floats.length);
  for (let i = 0; i < floats.length; i++) {
    const magnitude = Math.abs(floats[i]);
    if (!(magnitude < 65_520)) throw new RangeError(`${floats[i]} is beyond half precision`);
    const sign = (bits[i] >>> 16) & 0x8000;
    halves[i] = sign | (magnitude < smallestNormal ? toEven(magnitude * 2 ** 24) : rounded(bits[i] & 0x7fffffff));
  }
  return halves;
}

/** Below it the exponent stays and digits are lost. */
const smallestNormal = 2 ** -14;

function toEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}

/** The 13 lowest bits of a single's fraction go; a carry runs into the exponent, as it should. */
const rounded = (bits: number): number => (bits + 0xfff + ((bits >>> 13) & 1) - (112 << 23)) >>> 13;

let table: Float32Array | undefined;

function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}
