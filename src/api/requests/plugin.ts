import type { ApolloServerPlugin } from '@apollo/server';
import type { Context } from '../context.js';
import { operationOf } from './operation.js';

/** By their errors: who makes an error fit to be shown is told nothing else. */
const failed = new WeakMap<object, string>();

/** The id of the request that an error came up in. */
export const requestThatFailed = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null ? failed.get(error) : undefined;

/** Tells the request what it asks for over HTTP, and with which error it is answered. */
export const observeOperations: ApolloServerPlugin<Context> = {
  async requestDidStart({ contextValue: { request } }) {
    if (request === undefined) return;
    return {
      async didResolveOperation({ operation }) {
        if (operation) request.asks(operationOf(operation));
      },
      async didEncounterErrors({ errors }) {
        for (const error of errors) failed.set(error, request.id);
      },
      async willSendResponse({ response: { body } }) {
        const errors = body.kind === 'single' ? body.singleResult.errors : undefined;
        if (errors?.[0]) request.fails(String(errors[0].extensions?.code));
      },
    };
  },
};
