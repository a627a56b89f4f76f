import type { ApolloServerPlugin } from '@apollo/server';
import type { Context } from '../context.js';
import { operationOf } from './operation.js';

/** Tells the request what it asks for over HTTP, and with which error it is answered. */
export const observeOperations: ApolloServerPlugin<Context> = {
  async requestDidStart({ contextValue: { request } }) {
    if (request === undefined) return;
    return {
      async didResolveOperation({ operation }) {
        if (operation) request.asks(operationOf(operation));
      },
      async willSendResponse({ response: { body } }) {
        const errors = body.kind === 'single' ? body.singleResult.errors : undefined;
        if (errors?.[0]) request.fails(String(errors[0].extensions?.code));
      },
    };
  },
};
