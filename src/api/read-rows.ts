import { ManyheadError } from '../errors.js';
import { answerOf } from '../operations/answer.js';
import type { Context } from './context.js';

/**
 * Counts rows that are read for an answer.
 * @returns called with how many were read, one where nothing is said: throws a ManyheadError where they are too many, or where nobody waits for the answer any more
 */
export function countingRows(
  { operationLimits, signal }: Context,
  execution: Parameters<typeof answerOf>[0],
): (rows?: number) => void {
  const answer = answerOf(execution, operationLimits);
  return (rows = 1) => {
    if (signal?.aborted) throw new ManyheadError('CANCELLED', 'The caller has gone away.');
    answer.spend('rows', rows);
  };
}
