import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError } from 'graphql';
import type { Context } from './context.js';

/* A rule of GraphQL's reports what is wrong with a document; one of them throws instead, where `@skip` or `@include` of a
   subscription's field is given no boolean (SingleFieldSubscriptionsRule, graphql 16.15). It is the caller's mistake all the same. */

/** Has Apollo tell it as such. */
export const thrownByRules: ApolloServerPlugin<Context> = {
  async unexpectedErrorProcessingRequest({ error }) {
    if (!(error instanceof GraphQLError)) return;
    const { message, nodes } = error;
    const extensions = { code: 'GRAPHQL_VALIDATION_FAILED', http: { status: 400 } };
    throw new GraphQLError(message, { nodes, extensions });
  },
};
