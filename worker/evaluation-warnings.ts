import { type Example, labelsOf } from '../src/datasets/example.js';
import { badInput, listed, shown } from '../src/errors.js';
import type { Head } from '../src/heads/head.js';
import type { EvaluationOrder } from '../src/jobs/job.js';
import { textsLearnedFrom } from '../src/registry/learned-rows.js';
import type { ModelVersion } from '../src/registry/version.js';
import { labelledRows } from '../src/training/answers.js';
import { truthOf } from '../src/training/truth.js';
import type { Rooms } from './learned.js';

/**
 * What makes the figures of an evaluation worth less than they seem: rows that are left out, and rows that were learned from.
 * @param which rows were asked for
 * @throws ManyheadError BAD_USER_INPUT where none of them can be measured
 */
export async function evaluationWarnings(
  order: EvaluationOrder,
  version: ModelVersion,
  heads: readonly Head[],
  examples: readonly Example[],
  which: readonly number[],
  { registry, datasets }: Pick<Rooms, 'registry' | 'datasets'>,
): Promise<readonly string[]> {
  const measured = new Set<number>();
  const leftOut = heads.flatMap((head) => {
    const truth = truthOf(head, examples);
    const labelled = labelledRows(examples, head.task, which);
    const unmeasured = labelled.filter((row) => truth[row] === undefined);
    for (const row of labelled) if (truth[row] !== undefined) measured.add(row);
    return unmeasured.length === 0 ? [] : [unknownLabels(head, examples, unmeasured, version.number)];
  });
  if (measured.size === 0)
    throw badInput(
      'dataset',
      `no ${order.split ? `${order.split} ` : ''}row of dataset ${shown(order.dataset)} can be measured: ${leftOut.join(' ') || 'none has a label of the tasks.'}`,
    );
  const learned = await textsLearnedFrom([version], registry, datasets);
  const known = [...measured].filter((row) => learned.has(examples[row].text)).length;
  return known === 0
    ? leftOut
    : [
        ...leftOut,
        `${known} of ${measured.size} rows were learned from by version ${version.number} or those it goes on from: its figures flatter it.`,
      ];
}

function unknownLabels(head: Head, examples: readonly Example[], rows: readonly number[], version: number): string {
  const labels = new Set(rows.flatMap((row) => labelsOf(examples[row], head.task) ?? []));
  const unknown = [...labels].filter((label) => !head.labels.includes(label)).map(shown);
  return `${rows.length} rows have labels of task ${shown(head.task)} that version ${version} does not know (${listed(unknown, 5)}): they are not measured.`;
}
