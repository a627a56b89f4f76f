import type { Command } from 'commander';
import type { Classification } from '../client/client.js';
import { clientOf, ofVersion, serverCommand, type VersionOptions } from './connection.js';
import { several, whole } from './numbers.js';
import { bar } from './terminal/bar.js';
import { coloursOf } from './terminal/colours.js';
import { percent } from './terminal/figures.js';
import { harmless, print } from './terminal/output.js';
import { givenTexts, inOrder, PATIENT } from './texts.js';

interface Options extends VersionOptions {
  readonly task?: readonly string[];
  readonly allowAbstain?: boolean;
  readonly top?: number;
}

type Prediction = Classification['predictions'][number];

const BATCH = 64;
const BAR = 20;

/** `manyhead classify`: what the heads of a model say of texts. */
export const classify = (): Command =>
  ofVersion(serverCommand('classify'))
    .summary('label texts')
    .description(
      'Label texts: arguments, or the lines of standard input. In a pipe a line is text, task, label, confidence, with tabs between (no label and no confidence where --allow-abstain lets a head give none); with --json a JSON line a text.',
    )
    .argument('[texts...]', 'texts; lines of standard input when absent')
    .option('--task <name>', 'only this task; may be given more than once', several)
    .option('--top <number>', 'show the scores of so many labels', whole)
    .option('--allow-abstain', 'give no label to a text that seems to belong to none')
    .addHelpText(
      'after',
      '\nExamples:\n  $ manyhead classify "Soccer is pretty cool!"\n  $ manyhead classify --model support --top 3 "Where is my parcel?"\n  $ manyhead classify --model support < mails.txt | cut -f3 | sort | uniq -c',
    )
    .action(async (texts: readonly string[], options: Options) => {
      const { model, version, alias, task: tasks, allowAbstain, top, json } = options;
      const client = clientOf(options, { retries: PATIENT });
      const write = json ? inJson : process.stdout.isTTY ? forPeople(top) : forPipes;
      const ask = (batch: readonly string[]) =>
        client.classify(batch, { model, version, alias, tasks, allowAbstain, top: top ?? 1 });
      for await (const [, answers] of inOrder(givenTexts(texts, BATCH), ask))
        for (const answer of answers) await print(write(answer));
    });

const inJson = (answer: Classification): string => JSON.stringify(answer);

/** None where the head abstained: then it is that of a label that was not given. */
const confidenceOf = ({ abstained, confidence }: Prediction): number | undefined =>
  abstained ? undefined : confidence;

const labelOf = ({ label, labels }: Prediction): string => label ?? labels.join(', ');

const forPipes = ({ text, predictions }: Classification): string =>
  predictions
    .map((each) => [oneCell(text), each.task, oneCell(labelOf(each)), confidenceOf(each)?.toFixed(4)].join('\t'))
    .join('\n');

const oneCell = (text: string): string => text.replace(/[\t\r\n]+/g, ' ');

/** Task, what is said of it, and the number that is a bar. */
type Row = readonly [string, string, number];

function forPeople(top: number | undefined): (answer: Classification) => string {
  const { bold, cyan, dim } = coloursOf(process.stdout);
  return ({ text, predictions }) => {
    const rows = predictions.flatMap((each): readonly Row[] => {
      const given: Row = each.abstained
        ? [each.task, 'out of scope', each.outOfScopeScore ?? 0]
        : [each.task, labelOf(each) || 'no label', each.confidence];
      if (top === undefined) return [given];
      const scores = each.scores.map(({ label, score }): Row => ['', label, score]);
      return each.abstained
        ? [given, ...scores]
        : scores.map((row, i) => (i === 0 ? [each.task, row[1], row[2]] : row));
    });
    const widths = [0, 1].map((i) => Math.max(...rows.map((row) => harmless(String(row[i])).length)));
    const lines = rows.map(
      ([task, label, score]) =>
        `  ${dim(task.padEnd(widths[0]))}  ${harmless(label).padEnd(widths[1])}  ${cyan(bar(score, BAR))}  ${percent(score).padStart(7)}`,
    );
    return [bold(harmless(text)), ...lines].join('\n');
  };
}
