import type { TaskKind } from '../datasets/example.js';

/** One dense layer: `weight` is [inputs, outputs] row by row, `bias` [outputs]. */
export interface Layer {
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

/**
 * A classifier of one task on the shared embedding: one dense layer, or one hidden layer with GELU below it.
 * Labels stand in the order of the logits.
 */
export interface Head {
  readonly task: string;
  readonly kind: TaskKind;
  readonly labels: readonly string[];
  readonly hidden: Layer | undefined;
  readonly output: Layer;
  /** MULTI_LABEL: the score from which on each label counts as given; `MULTI_LABEL_THRESHOLD` for all where there are none. */
  readonly thresholds?: readonly number[];
  /** SINGLE_LABEL: how the head knows that a text belongs to none of its labels; a head made by an earlier release does not. */
  readonly abstention?: Abstention;
  /** Divides the logits, so that confidence means how often the head is right (Guo et al. 2017). */
  readonly temperature: number;
}

export interface Abstention {
  /** The mean direction of each label's rows, of length 1, [labels, dimensions]; zeros for a label that had none. */
  readonly centres: Float32Array;
  /** A text whose score within scope lies below is given no label, where the caller allows that. */
  readonly threshold: number;
}

/** How many numbers a head learns. */
export const parametersOf = (head: Head): number =>
  layersOf(head).reduce((sum, layer) => sum + layer.weight.length + layer.bias.length, 0);

export const layersOf = ({ hidden, output }: Head): readonly Layer[] => (hidden ? [hidden, output] : [output]);

/** Whether two heads give the same logits, number by number. */
export const sameWeights = (a: Head, b: Head): boolean => {
  const [these, those] = [a, b].map((head) => layersOf(head).flatMap(({ weight, bias }) => [weight, bias]));
  return (
    these.length === those.length &&
    these.every(
      (numbers, i) => numbers.length === those[i].length && numbers.every((number, j) => number === those[i][j]),
    )
  );
};

/** A MULTI_LABEL label counts as given from this score on, where no other threshold was chosen. */
export const MULTI_LABEL_THRESHOLD = 0.5;
