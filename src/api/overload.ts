import type { ApolloServerPlugin } from '@apollo/server';
import { ManyheadError } from '../errors.js';
import type { Context } from './context.js';

/** Seconds after which a caller that was turned away may try again. */
export const RETRY_AFTER = '1';

/** A request of which nothing could be answered because too much waits is a 503, so that proxies and clients back off. */
export const overloadStatus: ApolloServerPlugin<Context> = {
  async requestDidStart() {
    return {
      async willSendResponse({ response, errors = [] }) {
        const isOverload = errors.some(
          ({ originalError }) => originalError instanceof ManyheadError && originalError.code === 'OVERLOADED',
        );
        if (!isOverload || response.body.kind !== 'single' || response.body.singleResult.data != null) return;
        response.http.status = 503;
        response.http.headers.set('retry-after', RETRY_AFTER);
      },
    };
  },
};
