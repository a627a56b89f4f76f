import type { ApolloServerPlugin } from '@apollo/server';
import { type DocumentNode, GraphQLError, type GraphQLSchema, type ValidationRule, validate } from 'graphql';
import type { Context } from './context.js';

/* A rule of GraphQL's reports what is wrong with a document; one of them throws instead, where `@skip` or `@include` of a
   subscription's field is given no boolean (SingleFieldSubscriptionsRule, graphql 16.15). It is the caller's mistake all the same. */

/** What is wrong with a document. */
export function validated(
  schema: GraphQLSchema,
  document: DocumentNode,
  rules: readonly ValidationRule[],
): readonly GraphQLError[] {
  try {
    return validate(schema, document, rules);
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
}

/** The same for Apollo, which validates by itself. */
export const thrownByRules: ApolloServerPlugin<Context> = {
  async unexpectedErrorProcessingRequest({ error }) {
    if (!(error instanceof GraphQLError)) return;
    const { message, nodes } = error;
    const extensions = { code: 'GRAPHQL_VALIDATION_FAILED', http: { status: 400 } };
    throw new GraphQLError(message, { nodes, extensions });
  },
};
