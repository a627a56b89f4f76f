import { Facts } from '../../parts/panel';
import type { Run } from './run';
import styles from './run.module.css';

/** What shaped the learning. */
export function Settings({ settings }: { readonly settings: NonNullable<Run['hyperparameters']> }) {
  const number = (value: number | null) => (value === null ? '–' : String(Number(value.toPrecision(4))));
  return (
    <details className={styles.settings}>
      <summary>Hyperparameters</summary>
      <Facts
        facts={[
          ['Epochs, at most', settings.epochs],
          ['Batch size', settings.batchSize],
          ['Learning rate, heads', number(settings.headLearningRate)],
          ['Learning rate, encoder', number(settings.encoderLearningRate)],
          ['Weight decay', number(settings.weightDecay)],
          ['Warm-up', number(settings.warmupRatio)],
          ['Dropout', number(settings.dropout)],
          ['Gradient norm, at most', settings.maxGradNorm === 0 ? 'any' : number(settings.maxGradNorm)],
          ['Hidden units', settings.hiddenUnits],
          ['Patience', settings.patience],
          ['Tokens a text, at most', settings.maxTokens ?? '–'],
        ]}
      />
    </details>
  );
}
