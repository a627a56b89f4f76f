import { useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../../graphql/graphql';
import { Field } from '../../parts/field';
import { fixed } from '../../parts/numbers';
import { Section } from '../../parts/page';
import { useSettled } from '../../parts/settled';
import { Answer } from '../../parts/states';
import type { AskedVersion } from '../../versions/ask';
import styles from './try.module.css';

const SIMILARITY = graphql(`
  query TwoTexts($a: [String!]!, $b: [String!]!, $model: String!, $version: Int, $alias: String) {
    similarity(a: $a, b: $b, model: $model, version: $version, alias: $alias)
  }
`);

/** How alike two texts are to the version's encoder. */
export function Similarity({ asked }: { readonly asked: AskedVersion }) {
  const [texts, setTexts] = useState({ a: '', b: '' });
  const { a, b } = useSettled(texts);
  const isComplete = a.trim() !== '' && b.trim() !== '';
  const [result] = useQuery({
    query: SIMILARITY,
    variables: { a: [a], b: [b], ...asked },
    pause: !isComplete,
  });
  return (
    <Section title="Similarity of two texts">
      <div className={styles.pair}>
        {(['a', 'b'] as const).map((side) => (
          <Field key={side} label={side === 'a' ? 'One text' : 'Another text'}>
            {(control) => (
              <input
                {...control}
                value={texts[side]}
                onChange={({ target }) => setTexts({ ...texts, [side]: target.value })}
              />
            )}
          </Field>
        ))}
        <div aria-live="polite">
          {isComplete && (
            <Answer of={result} what="the similarity">
              {({ similarity: [[alike]] }) => (
                <p>
                  <span className={styles.alike}>{fixed(alike, 3)}</span>{' '}
                  <span className="quiet">cosine similarity, −1 to 1</span>
                </p>
              )}
            </Answer>
          )}
        </div>
      </div>
    </Section>
  );
}
