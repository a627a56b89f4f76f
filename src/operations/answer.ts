import type { ManyheadError } from '../errors.js';
import { excess } from './excess.js';
import type { OperationLimits } from './limits.js';

/** What is counted of an answer while it is made; of `rows`, those of data sets that were read for it. */
type Measure = 'answerValues' | 'answerNumbers' | 'answerCharacters' | 'rows';

/** What one answer comes to. */
export interface Answer {
  /** @throws ManyheadError ANSWER_TOO_LARGE, TOO_MANY_ROWS */
  spend(measure: Measure, count: number): void;
  /** Why there will be none, once it has come to too much. */
  refusal(): ManyheadError | undefined;
}

const answers = new WeakMap<object, Answer>();

/**
 * The answer that a resolver has a part in: all that is run for one has the same object of variables, and what is run for the next
 * has another. So an event of a subscription is an answer of its own.
 */
export function answerOf({ variableValues }: { readonly variableValues: object }, limits: OperationLimits): Answer {
  const begun = answers.get(variableValues);
  if (begun) return begun;
  const answer = newAnswer(limits);
  answers.set(variableValues, answer);
  return answer;
}

function newAnswer(limits: OperationLimits): Answer {
  const spent: Record<Measure, number> = { answerValues: 0, answerNumbers: 0, answerCharacters: 0, rows: 0 };
  let refusal: ManyheadError | undefined;
  return {
    spend(measure, count) {
      if (refusal) throw refusal;
      spent[measure] += count;
      if (spent[measure] <= limits[measure]) return;
      refusal = excess(measure, undefined, limits);
      throw refusal;
    },
    refusal: () => refusal,
  };
}
