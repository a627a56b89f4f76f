import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { ManyheadError } from '../../errors.js';
import type { Context } from '../context.js';
import { statuses } from '../gate/refusal.js';
import { operationOf } from './operation.js';
import type { ObservedRequest } from './request.js';

/** By their errors: who makes an error fit to be shown is told nothing else. */
const failed = new WeakMap<object, string>();

/** The id of the request that an error came up in. */
export const requestThatFailed = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null ? failed.get(error) : undefined;

/** By the data they are answered with: who writes an answer is told nothing else. */
const answered = new WeakMap<object, ObservedRequest>();

/** Has a request told of an error that comes up while its answer is written: Apollo has no hook for it. */
export const observeWriting =
  (write: (answer: unknown) => string) =>
  (answer: { readonly data?: Record<string, unknown> | null }): string => {
    try {
      return write(answer);
    } catch (error) {
      const request = answer.data ? answered.get(answer.data) : undefined;
      const code = error instanceof ManyheadError ? error.code : 'INTERNAL';
      request?.fails(code);
      const originalError = error instanceof Error ? error : new Error(String(error));
      const told = new GraphQLError(originalError.message, {
        originalError,
        extensions: { code, http: { status: statuses[code] ?? 500 } },
      });
      if (request) failed.set(told, request.id);
      throw told;
    }
  };

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
        const data = body.kind === 'single' ? body.singleResult.data : undefined;
        if (data) answered.set(data, request);
      },
    };
  },
};
