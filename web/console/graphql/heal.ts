import { type CombinedError, type Exchange, makeOperation, mapExchange } from '@urql/core';
import { beforeAnotherTry } from './another-try';
import { isUnreachable } from './problem';

/** What was asked and not answered yet: how often it was tried, and how to try no more. */
interface Wait {
  readonly tries: number;
  readonly stop: () => void;
}

/**
 * Asks every query again that found no server, or no queue behind it, for as long as somebody wants its answer: so each page heals
 * when they are back. The problem is shown meanwhile, beside the answer before it, if there was one. A mutation is not sent again:
 * nobody knows whether the first arrived.
 */
export const healExchange: Exchange = (input) => {
  const waits = new Map<number, Wait>();
  const wanted = new Set<number>();
  /** The last whole answer to each query that is wanted. */
  const answers = new Map<number, unknown>();
  const stopWaiting = (key: number) => {
    waits.get(key)?.stop();
    waits.delete(key);
  };
  return mapExchange({
    onOperation({ kind, key }) {
      if (kind === 'query') wanted.add(key);
      if (kind !== 'teardown') return;
      wanted.delete(key);
      stopWaiting(key);
      // A component that asks again lets go of its query first, and wants it again in the same turn.
      queueMicrotask(() => wanted.has(key) || answers.delete(key));
    },
    onResult(result) {
      const { operation, data, error } = result;
      const { kind, key, context } = operation;
      if (kind !== 'query') return;
      const tries = waits.get(key)?.tries ?? 0;
      stopWaiting(key);
      if (!error) answers.set(key, data);
      if (!error || !isPassing(error)) return;
      const again = makeOperation('query', operation, { ...context, requestPolicy: 'network-only' });
      const stop = beforeAnotherTry(tries, () => input.client.reexecuteOperation(again));
      waits.set(key, { tries: tries + 1, stop });
      return { ...result, data: answers.get(key) ?? data };
    },
  })(input);
};

const isPassing = (error: CombinedError): boolean =>
  isUnreachable(error) || error.graphQLErrors.some(({ extensions }) => extensions?.code === 'QUEUE_UNAVAILABLE');
