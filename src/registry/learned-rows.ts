import type { Example } from '../datasets/example.js';
import type { Datasets } from '../datasets/store.js';
import { unlessDamaged } from '../errors.js';
import { drawSplit, type Split } from '../training/split.js';
import { lineageOf } from './lineage.js';
import type { Registry } from './registry.js';
import type { ModelVersion } from './version.js';

/** How the rows of its data set were drawn when a version was made; all measured where none of it learned. */
export async function splitOf(version: ModelVersion, examples: readonly Example[]): Promise<Split> {
  if (!hasLearned(version)) return { training: [], validation: [...examples.keys()], test: [] };
  const { validationSplit, seed, splitSeed = seed } = version;
  return drawSplit(examples, drawnBy(version), validationSplit, splitSeed);
}

const hasLearned = ({ freeze, tasks }: ModelVersion): boolean =>
  freeze.backbone !== 'FULL' || tasks.some(({ frozen }) => !frozen);

const drawnBy = ({ learnedTasks, tasks }: ModelVersion): readonly string[] =>
  learnedTasks ?? tasks.map(({ task }) => task);

/** Of ways to split the rows of a data set: each is read and drawn again, and of what was learned long ago little is left in the weights. */
const MOST_SPLITS = 20;

/**
 * Every text that one of some versions learned from, or one that they go on from, as far as these and their rows can still be read.
 * @param read is told how many rows are read, and may throw
 */
export async function textsLearnedFrom(
  versions: readonly ModelVersion[],
  registry: Pick<Registry, 'find' | 'versions'>,
  datasets: Pick<Datasets, 'rows'>,
  read: (rows: number) => void = () => {},
): Promise<ReadonlySet<string>> {
  const texts = new Set<string>();
  const done = new Set<string>();
  for (const version of versions) {
    const ways = new Set<string>();
    for await (const each of learnersOf(version, registry)) {
      const { datasetDigest, validationSplit, seed, splitSeed = seed } = each;
      const way = JSON.stringify([datasetDigest, drawnBy(each), validationSplit, splitSeed]);
      if (ways.add(way).size > MOST_SPLITS) break;
      if (done.has(way)) continue;
      done.add(way);
      const examples = await unlessDamaged(datasets.rows(datasetDigest));
      if (examples === undefined) continue;
      read(examples.length);
      for (const row of (await splitOf(each, examples)).training) texts.add(examples[row].text);
    }
  }
  return texts;
}

/** A version and those of its lineage that are there, nearest first, as far as something learned in them. */
async function* learnersOf(
  version: ModelVersion,
  registry: Pick<Registry, 'find' | 'versions'>,
): AsyncGenerator<ModelVersion> {
  if (hasLearned(version)) yield version;
  const there = new Set(await registry.versions(version.model));
  const [, ...ancestors] = await lineageOf(version, registry);
  for (const { number } of ancestors) {
    const ancestor = there.has(number) ? await unlessDamaged(registry.find(version.model, number)) : undefined;
    if (ancestor && hasLearned(ancestor)) yield ancestor;
  }
}
