import { useQuery } from 'urql';
import { graphql, type ResultOf } from '../../graphql/graphql';
import { useSettled } from '../../parts/settled';
import type { AskedVersion } from '../../versions/ask';

const CLASSIFY = graphql(`
  query TryTexts($texts: [String!]!, $model: String!, $version: Int, $alias: String) {
    classify(texts: $texts, model: $model, version: $version, alias: $alias, allowAbstain: true) {
      text
      version
      truncated
      predictions {
        task
        labels
        confidence
        abstained
        scores(top: 50) {
          label
          score
        }
      }
    }
  }
`);

export type Classification = ResultOf<typeof CLASSIFY>['classify'][number];
export type Prediction = Classification['predictions'][number];

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
