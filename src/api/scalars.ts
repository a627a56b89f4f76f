import { GraphQLScalarType } from 'graphql';

/** A vector as one leaf: GraphQL never looks at its numbers one by one. */
export const Vector = new GraphQLScalarType<Float32Array, number[]>({
  name: 'Vector',
  description: 'A vector of 32-bit floats, written as a JSON array of numbers (one leaf, not one field per number).',
  serialize(value) {
    if (value instanceof Float32Array) return Array.from(value);
    throw new TypeError('a Vector is a Float32Array');
  },
});

/** A moment as it is stored: ISO 8601, UTC. */
export const DateTime = new GraphQLScalarType<string, string>({
  name: 'DateTime',
  description: 'A moment in UTC, as ISO 8601 has it: 2026-01-31T12:00:00.000Z.',
  serialize(value) {
    if (typeof value === 'string') return value;
    throw new TypeError('a DateTime is an ISO 8601 string');
  },
});
