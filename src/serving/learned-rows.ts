import type { Example } from '../datasets/example.js';
import type { Datasets } from '../datasets/store.js';
import { ancestorsOf } from '../registry/ancestors.js';
import type { Registry } from '../registry/registry.js';
import type { ModelVersion } from '../registry/version.js';
import { drawSplit, type Split } from '../training/split.js';

/** How the rows of its data set were split when a version was made. */
export function splitOf(version: ModelVersion, examples: readonly Example[]): Split {
  const { learnedTasks, tasks, validationSplit, seed, splitSeed = seed } = version;
  return drawSplit(examples, learnedTasks ?? tasks.map(({ task }) => task), validationSplit, splitSeed);
}

/** The rows of its data set that a version learned from, in ascending order; none where all of it was fixed. */
export const rowsLearnedFrom = (version: ModelVersion, examples: readonly Example[]): readonly number[] =>
  hasLearned(version) ? splitOf(version, examples).training : [];

const hasLearned = ({ freeze, tasks }: ModelVersion): boolean =>
  freeze.backbone !== 'FULL' || tasks.some(({ frozen }) => !frozen);

/** Each is read for it; of what was learned from earlier ones little is left in the weights. */
const MOST_DATASETS = 20;

/** Every text that a version learned from, or one that it went on from, as far as these are still there: those of 20 data sets. */
export async function textsLearnedFrom(
  version: ModelVersion,
  registry: Pick<Registry, 'find' | 'versions'>,
  datasets: Pick<Datasets, 'rows'>,
): Promise<ReadonlySet<string>> {
  const texts = new Set<string>();
  const done = new Set<string>();
  const add = async (each: ModelVersion): Promise<void> => {
    const { datasetDigest, learnedTasks, validationSplit, splitSeed = each.seed } = each;
    const key = JSON.stringify([datasetDigest, learnedTasks, validationSplit, splitSeed]);
    if (!hasLearned(each) || done.has(key) || done.size === MOST_DATASETS) return;
    done.add(key);
    const examples = await datasets.rows(datasetDigest);
    for (const row of rowsLearnedFrom(each, examples)) texts.add(examples[row].text);
  };
  await add(version);
  for await (const ancestor of ancestorsOf(version, registry)) await add(ancestor);
  return texts;
}
