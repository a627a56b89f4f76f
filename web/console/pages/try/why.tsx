import { useQuery } from 'urql';
import { graphql } from '../../graphql/graphql';
import { fixed } from '../../parts/numbers';
import { Answer } from '../../parts/states';
import type { AskedVersion } from '../../versions/ask';
import styles from './try.module.css';

const EXPLAIN = graphql(`
  query Why($text: String!, $task: String!, $model: String!, $version: Int) {
    explain(text: $text, task: $task, model: $model, version: $version, first: 5) {
      row
      text
      labels
      similarity
    }
  }
`);

interface WhyProps {
  readonly text: string;
  readonly task: string;
  readonly asked: AskedVersion;
}

/** The rows most like a text among those that the version learned the task from. */
export function Why({ text, task, asked }: WhyProps) {
  const [nearest] = useQuery({ query: EXPLAIN, variables: { text, task, ...asked } });
  return (
    <div className={styles.why}>
      <Answer of={nearest} what="the nearest rows">
        {({ explain }) => (
          <ol className={styles.nearest} aria-label={`Nearest rows that ${task} was learned from`}>
            {explain.map(({ row, text, labels, similarity }) => (
              <li key={row}>
                <span title="Cosine similarity to the text">{fixed(similarity, 2)}</span>
                <p>
                  <bdi className="text">{text}</bdi> <span className="quiet">{labels.join(', ')}</span>
                </p>
              </li>
            ))}
          </ol>
        )}
      </Answer>
    </div>
  );
}
