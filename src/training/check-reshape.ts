import { checkLabel } from '../datasets/check.js';
import { OUT_OF_SCOPE } from '../datasets/example.js';
import { canonicalLabel } from '../datasets/label.js';
import { badInput, listed, shown } from '../errors.js';
import type { Head } from '../heads/head.js';
import { inWords, type Labelled, type Named, type Reshape, reshaped } from '../heads/reshape.js';
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
  const found = finder(base);
  const remove = given.remove.map((each, index) => ({ ...each, label: found(`remove[${index}]`, each) }));
  const renamed = given.rename.map((each, index) => ({ ...each, label: found(`rename[${index}]`, each) }));
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
    const stays = new Set(labels);
    const ofRows = new Set(rows.find((each) => each.task === task)?.labels.map(({ label }) => label));
    const gone = before.labels.find((label) => !stays.has(label) && ofRows.has(label));
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

/**
 * Finds what is named, each once.
 * @returns the label as its head has it: a head of an earlier release may have it otherwise than labels are stored now
 */
function finder(base: readonly Labelled[]): (at: string, named: Named) => string | undefined {
  const heads = new Map(
    base.map(({ task, labels }) => {
      // Of several that are stored as one now, the first.
      const stored = new Map(labels.toReversed().map((label) => [canonicalLabel(label), label]));
      return [task, { labels, own: new Set(labels), stored, seen: new Set<string | undefined>() }];
    }),
  );
  return (at, { task, label: given }) => {
    const head = heads.get(task);
    if (head === undefined)
      throw badInput(
        `${at}.task`,
        `${at}.task is ${shown(task)}: the heads to go on from are ${base.map((each) => each.task).join(', ') || 'none, as the model is new'}.`,
      );
    const label = given === undefined || head.own.has(given) ? given : head.stored.get(canonicalLabel(given));
    if (label === undefined && given !== undefined)
      throw badInput(`${at}.label`, `${at}.label is ${shown(given)}: task ${shown(task)} has ${listed(head.labels)}.`);
    if (head.seen.has(label))
      throw badInput(at, `${at} names ${inWords({ task, label })} a second time: name each once.`);
    head.seen.add(label);
    return label;
  };
}

function checkNames(after: readonly (Labelled & Pick<Head, 'kind'>)[]): void {
  const twice = repeated(after.map(({ task }) => task));
  if (twice !== undefined) throw badInput('rename', `rename gives two tasks the name ${shown(twice)}.`);
  for (const { task, labels, kind } of after) {
    const same = repeated(labels);
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

/** The first name that was there before. */
function repeated(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) return name;
    seen.add(name);
  }
  return undefined;
}
