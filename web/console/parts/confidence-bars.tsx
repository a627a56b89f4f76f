import { Bars } from './bars';
import { percent } from './numbers';

interface ConfidenceBarsProps {
  /** What the bars tell, such as "topic": read out before them. */
  readonly label: string;
  /** From 0 to 1, in the order to show. */
  readonly scores: readonly { readonly label: string; readonly score: number }[];
  /** The labels that were given: their bars have the accent. */
  readonly given: readonly string[];
}

/** Labels with their scores as bars: the length is the score, the number stands beside it. */
export const ConfidenceBars = ({ label, scores, given }: ConfidenceBarsProps) => (
  <Bars
    label={label}
    bars={scores.map(({ label, score }) => ({
      label,
      share: score,
      figure: percent(score),
      look: given.includes(label) ? 'strong' : 'weak',
    }))}
  />
);
