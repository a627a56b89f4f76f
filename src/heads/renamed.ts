import type { Example, TaskLabels } from '../datasets/example.js';
import { inTurns } from '../turns.js';
import type { Head } from './head.js';
import { keyOf, type Labelled, namesAfter, type Reshape, reshapeHead } from './reshape.js';

/**
 * Heads under the names that renames gave their tasks and labels since, the oldest first. A head, or a label of one, whose name
 * another one takes is left out: it had been removed by then, and its name means something else now.
 */
export const renamedHeads = (heads: readonly Head[], renames: readonly Reshape[]): readonly Head[] =>
  renames.reduce((before, { rename }) => {
    const reshape = { remove: taken(before, rename), rename };
    return before.flatMap((head) => reshapeHead(head, reshape) ?? []);
  }, heads);

/** What has a name that another one takes, and keeps none of its own. */
function taken(heads: readonly Labelled[], rename: Reshape['rename']): Reshape['remove'] {
  const there = new Map(heads.map(({ task, labels }) => [task, new Set(labels)]));
  const renamed = new Set(rename.map(keyOf));
  return rename.flatMap(({ task, label, to }) => {
    const labels = there.get(task);
    const after = label === undefined ? { task: to, label } : { task, label: to };
    const isThere = label === undefined ? labels !== undefined : labels?.has(label);
    return isThere && !renamed.has(keyOf(after)) ? [after] : [];
  });
}

/** What a task was called before the first of some renames. */
export const taskBefore = (task: string, renames: readonly Reshape[]): string => namesOf(task, renames).at(-1) ?? task;

/** What labels of a task are called by now, those of them that are still there. @param task as it was called first */
export function labelsAfter(
  task: string,
  reshapes: readonly Reshape[],
): (labels: readonly string[]) => readonly string[] {
  let called = task;
  const steps = reshapes.flatMap((reshape) => {
    const names = namesAfter(called, reshape);
    if (names === undefined) return [];
    called = names.task;
    return [names.labelOf];
  });
  return (labels) =>
    steps.reduce((named, labelOf) => named.map(labelOf).filter((label) => label !== undefined), labels);
}

/**
 * Rows as heads read them: a task that they have under an old name, and an old name of a label that its head does not have, under
 * the present one.
 * @param renames that led to the names of the heads, the oldest first
 */
export async function renamedRows(
  examples: readonly Example[],
  heads: readonly Labelled[],
  renames: readonly Reshape[],
): Promise<readonly Example[]> {
  if (renames.length === 0) return examples;
  const readings = heads.map((head) => {
    const names = namesOf(head.task, renames).filter(
      (name) => name === head.task || !heads.some(({ task }) => task === name),
    );
    const labelsNow = labelsAfter(taskBefore(head.task, renames), renames);
    const known = new Set(head.labels);
    const read = (label: string) => (known.has(label) ? label : labelsNow([label])[0]);
    return { task: head.task, names, read };
  });
  return inTurns(examples, (example) => {
    const labels: Record<string, TaskLabels> = { ...example.labels };
    for (const { task, names, read } of readings) {
      const name = names.find((each) => Object.hasOwn(example.labels, each));
      if (name === undefined) continue;
      const given = example.labels[name];
      labels[task] = typeof given === 'string' ? read(given) : [...new Set(given.map(read))];
    }
    return { ...example, labels };
  });
}

/** What a task was called, by the present name first. */
function namesOf(task: string, renames: readonly Reshape[]): readonly string[] {
  const names = [task];
  for (const { rename } of [...renames].reverse()) {
    const before = rename.find(({ label, to }) => label === undefined && to === names.at(-1));
    if (before) names.push(before.task);
  }
  return names;
}
