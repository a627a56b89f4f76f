import { initGraphQLTada } from 'gql.tada';
import type { introspection } from './schema-types';

/** Reads an operation; its variables and its answer get their types from schema.graphql. */
export const graphql = initGraphQLTada<{
  introspection: introspection;
  disableMasking: true;
  scalars: {
    /** ISO 8601. */
    DateTime: string;
    /** As `encoding: JSON` has it. */
    Vector: number[];
  };
}>();

export type { ResultOf, VariablesOf } from 'gql.tada';
