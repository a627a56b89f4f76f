import { checkLabel } from '../datasets/check.js';
import { OUT_OF_SCOPE } from '../datasets/example.js';
import { canonicalLabel } from '../datasets/label.js';
import { badInput, listed, shown } from '../errors.js';
import type { Head } from '../heads/head.js';
import { type Labelled, type Named, type Reshape, reshaped } from '../heads/reshape.js';
import { checkName } from '../names.js';

/**
 * Makes sure that tasks and labels can go, or be renamed, as asked: they are there, the rows no longer have their old names,
 * nothing is left too small, and no two have the same name.
 * @param base the heads to go on from
 * @param rows the tasks and labels of the rows
 * @returns the same with the labels as the heads have them
 * @throws ManyheadError BAD_USER_INPUT
 */
export function checkReshape(
  given: Reshape,
  base: readonly (Labelled & Pick<Head, 'kind'>)[],
  rowsField: string,
  rows: readonly { readonly task: string; readonly labels: readonly { readonly label: string }[] }[],
): Reshape {
  const remove = given.remove.map((each) => ({ ...each, label: labelIn(base, each) }));
  const renamed = given.rename.map((each) => ({ ...each, label: labelIn(base, each) }));
  const named = [
    ...remove.map((each, index) => ({ ...each, at: `remove[${index}]` })),
    ...renamed.map((each, index) => ({ ...each, at: `rename[${index}]` })),
  ];
  named.forEach(({ task, label, at }, index) => {
    const head = base.find((each) => each.task === task);
    if (head === undefined)
      throw badInput(
        `${at}.task`,
        `${at}.task is ${shown(task)}: the heads to go on from are ${base.map((each) => each.task).join(', ') || 'none, as the model is new'}.`,
      );
    if (label !== undefined && !head.labels.includes(label))
      throw badInput(`${at}.label`, `${at}.label is ${shown(label)}: task ${shown(task)} has ${listed(head.labels)}.`);
    if (named.findIndex((each) => each.task === task && each.label === label) < index)
      throw badInput(at, `${at} names ${whatIs({ task, label })} a second time: name each once.`);
  });
  const rename = renamed.map((each, index) => {
    const field = `rename[${index}].to`;
    if (each.label === undefined) return { ...each, to: checkName(field, each.to) };
    const to = checkLabel(field, each.to);
    if (to === OUT_OF_SCOPE)
      throw badInput(
        field,
        `${field} is ${shown(to)}, which says of a row that none of the labels is right, and is no label of a head: give another name.`,
      );
    return { ...each, to };
  });
  const reshape = { remove, rename };
  const after = base.flatMap((head) => {
    const shape = reshaped(head, reshape);
    return shape ? [{ ...shape, kind: head.kind, before: head }] : [];
  });
  checkNames(after);
  for (const { before, task, labels } of after) {
    const gone = before.labels.find(
      (label) =>
        !labels.includes(label) && rows.find((each) => each.task === task)?.labels.some((each) => each.label === label),
    );
    if (gone !== undefined)
      throw badInput(
        rowsField,
        `${rowsField} still gives rows the label ${shown(gone)} of task ${shown(task)}, which is to go or to be renamed: change these rows first.`,
      );
  }
  const lost = base.find(
    ({ task }) => !after.some((each) => each.task === task) && rows.some((each) => each.task === task),
  );
  if (lost !== undefined)
    throw badInput(
      rowsField,
      `${rowsField} still labels rows for task ${shown(lost.task)}, which is to go or to be renamed: leave it out with tasks.`,
    );
  return reshape;
}

/** The label as its head has it: a head of an earlier release may have it otherwise than labels are stored now. */
function labelIn(base: readonly Labelled[], { task, label }: Named): string | undefined {
  if (label === undefined) return undefined;
  const there = base.find((each) => each.task === task)?.labels ?? [];
  if (there.includes(label)) return label;
  return there.find((each) => canonicalLabel(each) === canonicalLabel(label)) ?? label;
}

function checkNames(after: readonly (Labelled & Pick<Head, 'kind'>)[]): void {
  const tasks = after.map(({ task }) => task);
  const twice = tasks.find((task, index) => tasks.indexOf(task) < index);
  if (twice !== undefined) throw badInput('rename', `rename gives two tasks the name ${shown(twice)}.`);
  for (const { task, labels, kind } of after) {
    const same = labels.find((label, index) => labels.indexOf(label) < index);
    if (same !== undefined)
      throw badInput('rename', `rename gives two labels of task ${shown(task)} the name ${shown(same)}.`);
    const fewest = kind === 'SINGLE_LABEL' ? 2 : 1;
    if (labels.length < fewest)
      throw badInput(
        'remove',
        `remove leaves task ${shown(task)} ${labels.length} label(s): leave it at least ${fewest}, or remove the task.`,
      );
  }
}

const whatIs = ({ task, label }: Named): string =>
  label === undefined ? `task ${shown(task)}` : `label ${shown(label)} of task ${shown(task)}`;
