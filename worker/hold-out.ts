import type { Example } from '../src/datasets/example.js';
import type { TrainingOrder } from '../src/jobs/job.js';
import { textsLearnedFrom } from '../src/registry/learned-rows.js';
import { type FreshSplit, freshSplit } from '../src/training/fresh-split.js';
import { drawSplit, measuredRows, type Split } from '../src/training/split.js';
import type { Base, Rooms } from './learned.js';

/** Which rows of a training learn and which measure. */
export interface HeldOut {
  readonly split: Split;
  /** What it was drawn with. */
  readonly seed: number;
  /** What makes the reports worth less than they seem. */
  readonly warnings: readonly string[];
}

/**
 * Splits the rows of a training. One that goes on from a version draws as that one did, so that what measured goes on measuring, and
 * measures on rows that neither it nor those before it learned from, where these are enough.
 * @param learns whether anything does; every row only measures where not
 */
export async function holdOut(
  { tasks, validationSplit, seed: own }: TrainingOrder,
  base: Base | undefined,
  examples: readonly Example[],
  learns: boolean,
  { registry, datasets }: Rooms,
): Promise<HeldOut> {
  if (base === undefined)
    return { split: await drawSplit(examples, tasks, validationSplit, own), seed: own, warnings: [] };
  const { number, seed: its, splitSeed: seed = its } = base.version;
  const texts = await textsLearnedFrom([base.version], registry, datasets);
  const { split, known } = learns
    ? freshSplit(await drawSplit(examples, tasks, validationSplit, seed), examples, texts)
    : allMeasure(examples, texts);
  const rows = measuredRows(split).length;
  const told = `${known} of the ${rows} rows that measure are rows that version ${number}, or one it goes on from, has learned from`;
  return {
    split,
    seed,
    warnings: known === 0 ? [] : [`${told}: the reports are better than what is to be expected of other texts.`],
  };
}

const allMeasure = (examples: readonly Example[], texts: ReadonlySet<string>): FreshSplit => ({
  split: { training: [], validation: [...examples.keys()], test: [] },
  known: examples.filter(({ text }) => texts.has(text)).length,
});
