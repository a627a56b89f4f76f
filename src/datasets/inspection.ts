import { shown } from '../errors.js';
import { alikeLabels } from './alike-labels.js';
import { type DatasetTask, type Example, labelsOf, OUT_OF_SCOPE, splits } from './example.js';
import { Fingerprints, hash } from './fingerprints.js';

/** What reads the texts later: a text of more tokens is cut. */
export interface TokenLimit {
  readonly maxTokens: number;
  isTooLong(text: string): boolean;
}

/** Looks at rows as they pass, for what a person would want to know before training on them. */
export interface Inspection {
  add(example: Example): void;
  /** @param tasks the counts of all rows */
  warnings(tasks: readonly DatasetTask[]): string[];
}

/** Below this many rows a label is learned badly. */
const FEW_ROWS = 8;

/** Long texts that are tokenized: more would make the upload of long texts slow. */
const MOST_TOKENIZED = 20_000;

const NAMED = 10;

/**
 * @param limit of the encoder; long texts are not looked for where it is undefined
 * @param texts those there were
 * @param labelled the same, by task
 */
export function inspection(
  limit: TokenLimit | undefined,
  texts = new Fingerprints(),
  labelled = new Fingerprints(),
): Inspection {
  const counts = {
    repeated: 0,
    leaked: 0,
    contradicted: 0,
    nearEmpty: 0,
    tooLong: 0,
    tokenized: 0,
    unseen: 0,
    forgotten: 0,
  };
  const examples: { [what in 'leaked' | 'contradicted' | 'nearEmpty']?: string } = {};
  let row = 0;

  return {
    add(example) {
      row += 1;
      const { text } = example;
      if (texts.isFull || labelled.isFull) counts.forgotten += 1;
      const split = example.split ? splits.indexOf(example.split) + 1 : 0;
      const before = texts.put(text, split);
      if (before !== undefined) {
        counts.repeated += 1;
        if (before !== split) {
          counts.leaked += 1;
          examples.leaked ??= `row ${row}, ${shown(text)}`;
        }
      }
      // A long text is gone through once, however many tasks it is labelled for.
      const mark = hash(text).join(' ');
      for (const task of Object.keys(example.labels)) {
        const [labels] = hash([...(labelsOf(example, task) ?? [])].sort().join('\n'));
        const known = labelled.put(`${task} ${mark}`, labels);
        if (known === undefined || known === labels) continue;
        counts.contradicted += 1;
        examples.contradicted ??= `row ${row}, ${shown(text)}, task ${task}`;
      }
      if (!HAS_SOMETHING.test(text)) {
        counts.nearEmpty += 1;
        examples.nearEmpty ??= `row ${row}, ${shown(text)}`;
      }
      // A token is a character at least, and the encoder adds two.
      if (limit === undefined || text.length + 2 <= limit.maxTokens) return;
      if (counts.tokenized === MOST_TOKENIZED) counts.unseen += 1;
      else {
        counts.tokenized += 1;
        if (limit.isTooLong(text)) counts.tooLong += 1;
      }
    },
    warnings(tasks) {
      const warnings = [...tasks.flatMap(rareLabels), ...tasks.flatMap(alike)];
      const warn = (count: number, what: string, example?: string) => {
        if (count > 0) warnings.push(`${count} row(s) ${what}${example ? `, such as ${example}` : ''}`);
      };
      warn(counts.repeated, 'repeat the text of an earlier row');
      warn(counts.contradicted, 'give a text another label than an earlier row does', examples.contradicted);
      warn(
        counts.leaked,
        'repeat a text of another split: what is measured there was seen in training',
        examples.leaked,
      );
      warn(counts.nearEmpty, 'have a text of less than two letters or digits', examples.nearEmpty);
      warn(counts.tooLong, `have more than the ${limit?.maxTokens} tokens that the encoder reads: the rest is cut off`);
      warn(counts.unseen, 'have long texts whose tokens were not counted');
      warn(counts.forgotten, 'come after so many others that what repeats or contradicts them was not looked for');
      return warnings;
    },
  };
}

const HAS_SOMETHING = /[\p{L}\p{N}][^\p{L}\p{N}]*[\p{L}\p{N}]/u;

function alike({ task, labels }: DatasetTask): string[] {
  const names = labels.map(({ label }) => label);
  return alikeLabels(task, names);
}

function rareLabels({ task, labels }: DatasetTask): string[] {
  const known = labels.filter(({ label }) => label !== OUT_OF_SCOPE);
  const names = (rare: typeof known) =>
    `${rare
      .slice(0, NAMED)
      .map(({ label }) => label)
      .join(', ')}${rare.length > NAMED ? ', ...' : ''}`;
  const lonely = known.filter(({ rows }) => rows < 2);
  const few = known.filter(({ rows }) => rows >= 2 && rows < FEW_ROWS);
  return [
    ...(lonely.length > 0
      ? [`task ${task}: ${lonely.length} label(s) with one row only, too few to train on: ${names(lonely)}`]
      : []),
    ...(few.length > 0
      ? [`task ${task}: ${few.length} label(s) with fewer than ${FEW_ROWS} rows, learned badly: ${names(few)}`]
      : []),
  ];
}
