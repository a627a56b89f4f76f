import { GraphQLScalarType } from 'graphql';

/** A vector as one leaf: GraphQL never looks at its numbers one by one. */
export const Vector = new GraphQLScalarType<Float32Array | string, number[] | string>({
  name: 'Vector',
  description:
    'A vector of 32-bit floats, written as a JSON array of numbers (one leaf, not one field per number), or with `encoding: BASE64` as the base64 of its little-endian bytes.',
  serialize(value) {
    if (value instanceof Float32Array) return Array.from(value);
    if (typeof value === 'string') return value;
    throw new TypeError('a Vector is a Float32Array, or the base64 of one');
  },
});

/** The little-endian bytes of a vector as base64: a third of the JSON array's length, and nothing to parse. */
export const inBase64 = ({ buffer, byteOffset, byteLength }: Float32Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64');

/** A moment as it is stored: ISO 8601, UTC. */
export const DateTime = new GraphQLScalarType<string, string>({
  name: 'DateTime',
  description: 'A moment in UTC, as ISO 8601 has it: 2026-01-31T12:00:00.000Z.',
  serialize(value) {
    if (typeof value === 'string') return value;
    throw new TypeError('a DateTime is an ISO 8601 string');
  },
});
