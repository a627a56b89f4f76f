import { useQuery } from 'urql';
import { graphql, type ResultOf } from '../../graphql/graphql';
import { useSettled } from '../../parts/settled';
import type { AskedVersion } from '../../versions/ask';

const CLASSIFY = graphql(`
  query TryTexts($texts: [String!]!, $model: String!, $version: Int, $alias: String) {
    classify(texts: $texts, model: $model, version: $version, alias: $alias, allowAbstain: true) {
      text
      version
      predictions {
        task
        labels
        confidence
        abstained
        outOfScopeScore
      }
    }
  }
`);

export type Classification = ResultOf<typeof CLASSIFY>['classify'][number];

const SCORES = graphql(`
  query TryText($texts: [String!]!, $model: String!, $version: Int) {
    classify(texts: $texts, model: $model, version: $version, allowAbstain: true) {
      text
      version
      truncated
      predictions {
        task
        labels
        abstained
        scores(top: 100) {
          label
          score
        }
      }
    }
  }
`);

export type Scored = ResultOf<typeof SCORES>['classify'][number];

/** What every head says of the lines that are not empty, asked anew whenever typing pauses. */
export function useClassified(text: string, asked: AskedVersion) {
  const settled = useSettled(text);
  const texts = linesOf(settled);
  const [result, again] = useQuery({ query: CLASSIFY, variables: { texts, ...asked }, pause: texts.length === 0 });
  return { result, again, isEmpty: texts.length === 0 };
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** The score of every label for one text. Not asked for with the others: a thousand texts with fifty labels each take megabytes. */
export function useScored(text: string, asked: AskedVersion) {
  const [result] = useQuery({ query: SCORES, variables: { texts: [text], ...asked } });
  return result;
}
