import { shown } from '../errors.js';
import type { HeadDescription } from './file.js';
import { type Head, MULTI_LABEL_THRESHOLD } from './head.js';

/** A label of a task, or the task as a whole. */
export interface Named {
  readonly task: string;
  /** The whole task where undefined. */
  readonly label: string | undefined;
}

/** The same for the same name, to look it up by. */
export const keyOf = ({ task, label }: Named): string => JSON.stringify([task, label]);

/** A name as a message says it. */
export const inWords = ({ task, label }: Named): string =>
  label === undefined ? `task ${shown(task)}` : `label ${shown(label)} of task ${shown(task)}`;

/** What becomes of a version's tasks and labels before another version goes on from it: some go, others get another name. */
export interface Reshape {
  readonly remove: readonly Named[];
  readonly rename: readonly (Named & { readonly to: string })[];
}

/** Everything stays as it is. */
export const AS_IT_IS: Reshape = { remove: [], rename: [] };

/** A head's names. */
export type Labelled = Pick<Head, 'task' | 'labels'>;

/** What a task and its labels are called afterwards; undefined where the whole task goes. */
export function namesAfter(task: string, { remove, rename }: Reshape) {
  const gone = new Set(remove.filter((each) => each.task === task).map(({ label }) => label));
  const names = new Map(rename.filter((each) => each.task === task).map(({ label, to }) => [label, to]));
  if (gone.has(undefined)) return undefined;
  return {
    task: names.get(undefined) ?? task,
    /** @returns undefined where it goes */
    labelOf: (label: string): string | undefined => (gone.has(label) ? undefined : (names.get(label) ?? label)),
  };
}

/** The task under its new name, and its labels that stay, under theirs; undefined where the whole task goes. */
export function reshaped({ task, labels }: Labelled, reshape: Reshape) {
  const names = namesAfter(task, reshape);
  if (names === undefined) return undefined;
  const after = labels.map(names.labelOf);
  const places = [...labels.keys()].filter((place) => after[place] !== undefined);
  return {
    task: names.task,
    labels: after.filter((label) => label !== undefined),
    /** Of the labels that stay, among those there were. */
    places,
  };
}

/** What version.json says of a head once it is reshaped; undefined where it goes. */
export function reshapeDescription<T extends HeadDescription>(head: T, reshape: Reshape): T | undefined {
  const shape = reshaped(head, reshape);
  if (shape === undefined) return undefined;
  const { task, labels, places } = shape;
  const thresholds = head.thresholds && places.map((place) => head.thresholds?.[place] ?? MULTI_LABEL_THRESHOLD);
  return { ...head, task, labels, ...(thresholds && { thresholds }) };
}

/** A head with the weights of the labels that stay; undefined where it goes. */
export function reshapeHead(head: Head, reshape: Reshape): Head | undefined {
  const shape = reshaped(head, reshape);
  if (shape === undefined) return undefined;
  const { task, labels, places } = shape;
  const before = head.labels.length;
  const inputs = head.output.weight.length / before;
  const { thresholds, abstention } = head;
  const width = (abstention?.centres.length ?? 0) / before;
  return {
    ...head,
    task,
    labels,
    output: {
      weight: Float32Array.from(
        { length: inputs * places.length },
        (_, i) => head.output.weight[Math.floor(i / places.length) * before + places[i % places.length]],
      ),
      bias: Float32Array.from(places, (place) => head.output.bias[place]),
    },
    ...(thresholds && { thresholds: places.map((place) => thresholds[place]) }),
    ...(abstention && {
      abstention: {
        ...abstention,
        centres: Float32Array.from(
          { length: width * places.length },
          (_, i) => abstention.centres[places[Math.floor(i / width)] * width + (i % width)],
        ),
      },
    }),
  };
}
