import type { ApolloServerPlugin } from '@apollo/server';
import { RateLimited } from '../access/rate-limits.js';
import { ManyheadError } from '../errors.js';
import type { Context } from './context.js';
import { statuses } from './gate/refusal.js';

/** Seconds after which a caller that was turned away as too much waited may try again. */
export const RETRY_AFTER = '1';

/**
 * A request of which nothing could be answered has the status of why, so that proxies and clients can tell: 503 where too much waits,
 * 429 where the caller has asked for too much, 403 where the key has not the scope.
 */
export const refusalStatus: ApolloServerPlugin<Context> = {
  async requestDidStart() {
    return {
      async willSendResponse({ response, errors = [] }) {
        if (errors.length === 0 || response.body.kind !== 'single' || response.body.singleResult.data != null) return;
        const refusal = errors
          .map(({ originalError }) => originalError)
          .find((cause) => cause instanceof ManyheadError && cause.code in statuses);
        if (!(refusal instanceof ManyheadError)) return;
        response.http.status = statuses[refusal.code];
        if (refusal instanceof RateLimited) response.http.headers.set('retry-after', String(refusal.allowance.reset));
        if (refusal.code === 'OVERLOADED') response.http.headers.set('retry-after', RETRY_AFTER);
      },
    };
  },
};
