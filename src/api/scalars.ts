import { GraphQLScalarType } from 'graphql';

/** A moment as it is stored: ISO 8601, UTC. */
export const DateTime = new GraphQLScalarType<string, string>({
  name: 'DateTime',
  description: 'A moment in UTC, as ISO 8601 has it: 2026-01-31T12:00:00.000Z.',
  serialize(value) {
    if (typeof value === 'string') return value;
    throw new TypeError('a DateTime is an ISO 8601 string');
  },
});
