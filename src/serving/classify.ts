import type { TaskKind } from '../datasets/example.js';
import { badInput, notFound, shown } from '../errors.js';
import { scopeScore } from '../heads/abstention.js';
import { givenLabels, logits, scores } from '../heads/forward.js';
import type { Head } from '../heads/head.js';

export interface LabelScore {
  readonly label: string;
  readonly score: number;
}

/** What one head says of one text. */
export interface Prediction {
  readonly task: string;
  readonly kind: TaskKind;
  /** Whether the head gives no label, as the text seems to belong to none of them. */
  readonly abstained: boolean;
  /** SINGLE_LABEL: 0 for a text just like those of its label, 1 for one like nothing known; undefined where the head does not know. */
  readonly outOfScopeScore: number | undefined;
  /** SINGLE_LABEL: the best label, unless the head abstained. */
  readonly label: string | undefined;
  /** MULTI_LABEL: every label over its threshold; the best one otherwise. */
  readonly labels: readonly string[];
  /** The score of the best label. */
  readonly confidence: number;
  /** Of every label, best first. */
  readonly scores: readonly LabelScore[];
}

/**
 * The heads that answer: all, or the tasks named, in that order.
 * @param field of the input that names the tasks
 * @throws ManyheadError NOT_FOUND listing the tasks there are; BAD_USER_INPUT for one that is named twice, as each is answered for every text
 */
export function chooseHeads(
  heads: readonly Head[],
  tasks: readonly string[] | undefined,
  field = (index: number) => `tasks[${index}]`,
): readonly Head[] {
  const seen = new Set<string>();
  return (
    tasks?.map((task, index) => {
      const head = heads.find((each) => each.task === task);
      if (head === undefined)
        throw notFound(
          `task ${JSON.stringify(task)}`,
          heads.map((each) => each.task),
          field(index),
        );
      if (seen.has(task))
        throw badInput(field(index), `${field(index)} is ${shown(task)} a second time: name each once.`);
      seen.add(task);
      return head;
    }) ?? heads
  );
}

/**
 * @param vector the text's embedding, read by every head
 * @param mayAbstain whether a text that seems to belong to none of the labels is given none
 */
export function predict(head: Head, vector: Float32Array, mayAbstain: boolean): Prediction {
  const numbers = scores(head, logits(head, vector));
  const ranked = head.labels
    .map((label, place): LabelScore => ({ label, score: numbers[place] }))
    .sort((a, b) => b.score - a.score || (a.label < b.label ? -1 : 1));
  const { abstention } = head;
  const scope = abstention && scopeScore(abstention, vector, numbers);
  const abstained = mayAbstain && abstention !== undefined && scope !== undefined && scope < abstention.threshold;
  const given = abstained ? [] : givenLabels(head, numbers).map((place) => head.labels[place]);
  const isGiven = new Set(given);
  return {
    task: head.task,
    kind: head.kind,
    abstained,
    outOfScopeScore: scope === undefined ? undefined : 1 - scope,
    label: head.kind === 'SINGLE_LABEL' ? given[0] : undefined,
    labels: ranked.filter(({ label }) => isGiven.has(label)).map(({ label }) => label),
    confidence: ranked[0].score,
    scores: ranked,
  };
}
