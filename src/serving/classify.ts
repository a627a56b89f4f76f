import type { TaskKind } from '../datasets/example.js';
import { notFound } from '../errors.js';
import { argmax, logits, scores } from '../heads/forward.js';
import { type Head, MULTI_LABEL_THRESHOLD } from '../heads/head.js';

export interface LabelScore {
  readonly label: string;
  readonly score: number;
}

/** What one head says of one text. */
export interface Prediction {
  readonly task: string;
  readonly kind: TaskKind;
  /** SINGLE_LABEL: the best label. */
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
 * @throws ManyheadError NOT_FOUND listing the tasks there are
 */
export function chooseHeads(heads: readonly Head[], tasks: readonly string[] | undefined): readonly Head[] {
  return (
    tasks?.map((task, index) => {
      const head = heads.find((each) => each.task === task);
      if (head === undefined)
        throw notFound(
          `task ${JSON.stringify(task)}`,
          heads.map((each) => each.task),
          `tasks[${index}]`,
        );
      return head;
    }) ?? heads
  );
}

/** @param vector the text's embedding, read by every head */
export function predict(head: Head, vector: Float32Array): Prediction {
  const numbers = scores(head, logits(head, vector));
  const ranked = head.labels
    .map((label, place): LabelScore => ({ label, score: numbers[place] }))
    .sort((a, b) => b.score - a.score || (a.label < b.label ? -1 : 1));
  const best = head.labels[argmax(numbers)];
  const single = head.kind === 'SINGLE_LABEL';
  return {
    task: head.task,
    kind: head.kind,
    label: single ? best : undefined,
    labels: single ? [best] : ranked.filter(({ score }) => score >= MULTI_LABEL_THRESHOLD).map(({ label }) => label),
    confidence: ranked[0].score,
    scores: ranked,
  };
}
