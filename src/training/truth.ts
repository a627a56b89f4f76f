import { type Example, labelsOf } from '../datasets/example.js';
import type { Head } from '../heads/head.js';

/** The places of one row's right labels among a head's labels; undefined where the row is not labelled for its task. */
export type RowTruth = readonly number[] | undefined;

/** What the rows say for a head. A label the head does not know counts as no label: nothing can be learned or measured of it. */
export function truthOf({ task, labels }: Pick<Head, 'task' | 'labels'>, examples: readonly Example[]): RowTruth[] {
  const places = new Map(labels.map((label, place) => [label, place]));
  return examples.map((example) => {
    const given = labelsOf(example, task)?.map((label) => places.get(label));
    return given?.every((place) => place !== undefined) ? given : undefined;
  });
}
