import type { Example } from '../datasets/example.js';
import type { Datasets } from '../datasets/store.js';
import type { Registry } from '../registry/registry.js';
import type { ModelVersion } from '../registry/version.js';
import { drawSplit } from '../training/split.js';

/** The rows of its data set that a version learned from, in ascending order. */
export function rowsLearnedFrom(version: ModelVersion, examples: readonly Example[]): readonly number[] {
  const { learnedTasks, tasks, validationSplit, seed } = version;
  return drawSplit(examples, learnedTasks ?? tasks.map(({ task }) => task), validationSplit, seed).training;
}

/** Every text that a version learned from, or one that it went on from, as far as these are still there. */
export async function textsLearnedFrom(
  version: ModelVersion,
  registry: Registry,
  datasets: Datasets,
): Promise<ReadonlySet<string>> {
  const texts = new Set<string>();
  const there = await registry.versions(version.model);
  for (let each: ModelVersion | undefined = version; each; ) {
    const examples = await datasets.rows(each.datasetDigest);
    for (const row of rowsLearnedFrom(each, examples)) texts.add(examples[row].text);
    const { parent }: ModelVersion = each;
    each = parent !== undefined && there.includes(parent) ? await registry.version(version.model, parent) : undefined;
  }
  return texts;
}
