import { ArgsType, Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { labelsOf, type SplitName, type Example as StoredExample } from '../datasets/example.js';
import { canonicalLabel } from '../datasets/label.js';
import { badInput } from '../errors.js';

export enum Split {
  TRAINING = 'TRAINING',
  VALIDATION = 'VALIDATION',
  TEST = 'TEST',
}
registerEnumType(Split, {
  name: 'Split',
  description: 'What a row is for.',
  valuesConfig: {
    TRAINING: { description: 'To learn from.' },
    VALIDATION: { description: 'To choose the best epoch, temperature and thresholds by; never learned from.' },
    TEST: { description: 'Only to measure.' },
  },
});

@ObjectType({ description: "A row's labels of one task." })
class TaskLabel {
  @Field(() => String, { description: 'The task.' })
  task!: string;

  @Field(() => [String], { description: 'The right labels.' })
  labels!: readonly string[];
}

@ObjectType({ description: 'A row of a data set.' })
export class Example {
  @Field(() => Int, { description: 'Its place among all rows, from 0.' })
  row!: number;

  @Field(() => String, { description: 'The text.' })
  text!: string;

  @Field(() => [TaskLabel], { description: 'Its labels, one entry a task it is labelled for.' })
  labels!: TaskLabel[];

  @Field(() => Split, { nullable: true, description: 'What the row is for, where that was said.' })
  split?: SplitName;
}

@ArgsType()
export class PreviewArgs {
  @Field(() => Int, { description: 'How many rows, 1 to 1000.' })
  first: number = 10;

  @Field(() => String, { nullable: true, description: 'Only rows that are labelled for this task.' })
  task?: string;

  @Field(() => String, { nullable: true, description: 'Only rows that have this label, of `task` or of any.' })
  label?: string;

  @Field(() => Boolean, { description: 'Only rows that say nothing of `task`, or nothing at all.' })
  unlabelled: boolean = false;

  @Field(() => Int, { nullable: true, description: 'Only rows that come after this one, by its `row`.' })
  after?: number;
}

/**
 * The first rows that are asked for.
 * @param reads called for every row that is read @throws what ends the reading
 * @throws ManyheadError BAD_USER_INPUT
 */
export async function previewOf(
  examples: AsyncIterable<StoredExample>,
  { first, task, label, unlabelled, after }: PreviewArgs,
  reads: () => void,
): Promise<Example[]> {
  if (first < 1 || first > 1000) throw badInput('first', `first is ${first}: give 1 to 1000.`);
  const wanted = label == null ? undefined : canonicalLabel(label);
  // Rows of an earlier release may have their labels in another form.
  const isWanted = (each: string) => canonicalLabel(each) === wanted;
  const rows: Example[] = [];
  let place = -1;
  for await (const row of examples) {
    reads();
    place += 1;
    if (after != null && place <= after) continue;
    const labels = Object.keys(row.labels).map((each) => ({ task: each, labels: labelsOf(row, each) ?? [] }));
    const asked = labels.filter((each) => task == null || each.task === task);
    if (unlabelled ? asked.length > 0 : task != null && asked.length === 0) continue;
    if (wanted !== undefined && !asked.some((each) => each.labels.some(isWanted))) continue;
    rows.push({ row: place, text: row.text, labels, split: row.split });
    if (rows.length === first) break;
  }
  return rows;
}
