import { useId } from 'react';
import { type FieldProblems, problemAt } from '../../graphql/field-problems';
import type { Backbone, Draft } from './draft';
import styles from './train.module.css';

/** Each strategy in one sentence. */
const strategies: readonly { readonly backbone: Backbone; readonly title: string; readonly says: string }[] = [
  {
    backbone: 'FULL',
    title: 'Freeze the encoder',
    says: 'Only heads learn, on vectors that are made once: it takes seconds, and a few rows a label are enough to begin with.',
  },
  {
    backbone: 'PARTIAL',
    title: 'Freeze the lower layers',
    says: 'The layers above learn with the heads, in a minute or so: most of the gain of learning all, at a fraction of the time.',
  },
  {
    backbone: 'NONE',
    title: 'Freeze nothing',
    says: 'The whole encoder learns, which takes minutes, wants some hundreds of rows, and gives the best heads.',
  },
];

interface StrategyProps {
  readonly draft: Draft;
  /** Layers of the encoder. */
  readonly layers: number;
  /** Tasks of the heads that the training would go on from. */
  readonly heads: readonly string[];
  readonly problems: FieldProblems;
  change(changed: Partial<Draft>): void;
}

/** What keeps its weights: how much of the encoder, and which heads. */
export function Strategy({ draft, layers, heads, problems, change }: StrategyProps) {
  const { backbone, frozenLayers, frozenHeads } = draft;
  const id = useId();
  const wrong = problemAt(problems, 'freeze');
  const measuresOnly = backbone === 'FULL' && heads.length > 0 && heads.every((head) => frozenHeads.includes(head));
  return (
    <fieldset className={styles.strategy} aria-describedby={wrong ? `${id}-wrong` : undefined}>
      <legend>What stays fixed</legend>
      {strategies.map((each) => (
        <div key={each.backbone} className={styles.choice} data-chosen={backbone === each.backbone || undefined}>
          <label>
            <input
              type="radio"
              name={`${id}-backbone`}
              checked={backbone === each.backbone}
              onChange={() => change({ backbone: each.backbone })}
            />
            <span>
              <strong>{each.title}</strong>
              <span className="quiet">{each.says}</span>
            </span>
          </label>
          {backbone === 'PARTIAL' && each.backbone === 'PARTIAL' && (
            <div className={styles.layers}>
              <label htmlFor={`${id}-layers`}>
                {frozenLayers === 0
                  ? 'Only the embeddings are fixed'
                  : `The embeddings and the first ${frozenLayers} of ${layers} layers are fixed`}
              </label>
              <input
                id={`${id}-layers`}
                type="range"
                min={0}
                max={layers - 1}
                value={frozenLayers}
                onChange={({ target }) => change({ frozenLayers: Number(target.value) })}
              />
            </div>
          )}
        </div>
      ))}
      {heads.length > 0 && (
        <div className={styles.heads}>
          <p className="quiet">
            A head that is kept has the same weights afterwards, to the bit; an encoder that learns is taught through it
            all the same.
          </p>
          {heads.map((head) => (
            <label key={head} className={styles.tick}>
              <input
                type="checkbox"
                checked={frozenHeads.includes(head)}
                onChange={({ target }) =>
                  change({
                    frozenHeads: target.checked ? [...frozenHeads, head] : frozenHeads.filter((each) => each !== head),
                  })
                }
              />
              Keep the head “{head}”
            </label>
          ))}
          {measuresOnly && <p>Nothing is left to learn: the run only measures these heads on the rows.</p>}
        </div>
      )}
      {wrong && (
        <p id={`${id}-wrong`} className={styles.wrong}>
          {wrong}
        </p>
      )}
    </fieldset>
  );
}
