/**
 * Writing Protocol Buffers (https://protobuf.dev/programming-guides/encoding). A message is kept as the pieces it is made
 * of, so that nesting it in another copies nothing; `bytesOf` lays the pieces out once.
 */
export interface Message {
  readonly pieces: readonly Uint8Array[];
  readonly length: number;
}

/** The fields one after another, as one message. */
export function message(...fields: readonly Message[]): Message {
  return {
    pieces: fields.flatMap((field) => field.pieces),
    length: fields.reduce((sum, field) => sum + field.length, 0),
  };
}

/** A whole number, signed ones in 64-bit two's complement; `value` is a safe integer. */
export const integerField = (field: number, value: number): Message =>
  of([...varint(BigInt(field) << 3n), ...varint(BigInt.asUintN(64, BigInt(value)))]);

/** A 32-bit real number. */
export function floatField(field: number, value: number): Message {
  const number = new Uint8Array(4);
  new DataView(number.buffer).setFloat32(0, value, true);
  return of([...varint((BigInt(field) << 3n) | 5n), ...number]);
}

/** Bytes by reference: whoever holds them must not change them before `bytesOf`. */
export function bytesField(field: number, bytes: Uint8Array): Message {
  const head = lengthHead(field, bytes.length);
  return { pieces: [head, bytes], length: head.length + bytes.length };
}

/** Text in UTF-8. */
export const textField = (field: number, text: string): Message => bytesField(field, new TextEncoder().encode(text));

/** A message within a message. */
export function messageField(field: number, inner: Message): Message {
  const head = lengthHead(field, inner.length);
  return { pieces: [head, ...inner.pieces], length: head.length + inner.length };
}

/** The bytes of a message, in one new array. */
export function bytesOf(message: Message): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(message.length);
  let end = 0;
  for (const piece of message.pieces) {
    bytes.set(piece, end);
    end += piece.length;
  }
  return bytes;
}

const of = (bytes: number[]): Message => ({ pieces: [Uint8Array.from(bytes)], length: bytes.length });

const lengthHead = (field: number, length: number): Uint8Array =>
  Uint8Array.from([...varint((BigInt(field) << 3n) | 2n), ...varint(BigInt(length))]);

function varint(value: bigint): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7n) {
    if (rest < 0x80n) return [...bytes, Number(rest)];
    bytes.push(Number(rest & 0x7fn) | 0x80);
  }
}
