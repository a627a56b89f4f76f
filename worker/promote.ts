import { labelsOf } from '../src/datasets/example.js';
import { sameWeights } from '../src/heads/head.js';
import { renamedHeads } from '../src/heads/renamed.js';
import type { TrainingOrder } from '../src/jobs/job.js';
import { PRODUCTION } from '../src/registry/changes.js';
import { missingFrom } from '../src/registry/missing.js';
import { type Comparison, decideIfBetter, type PromotionDecision } from '../src/registry/promotion.js';
import { removalsSince, renamesBetween } from '../src/registry/renames.js';
import type { ModelVersion } from '../src/registry/version.js';
import { splitOf, textsLearnedFrom } from '../src/serving/learned-rows.js';
import { labelledRows, paired } from '../src/training/answers.js';
import { answersOf } from '../src/training/batch-answers.js';
import { pairedDifferences, type TaskDifference } from '../src/training/compare.js';
import type { EmbeddedRows } from '../src/training/rows.js';
import { measuredRows } from '../src/training/split.js';
import { embed } from './embed.js';
import type { Rooms } from './learned.js';

/**
 * Decides whether a version takes over `production`, and does it. The decision is made against the version that is served at the
 * very moment: where another job was quicker, it is made again. Safe to do again.
 * @param by who asked for the job
 */
export async function settlePromotion(
  version: ModelVersion,
  order: TrainingOrder,
  by: string,
  rooms: Rooms,
  signal: AbortSignal,
): Promise<PromotionDecision> {
  const { registry } = rooms;
  const { model, number } = version;
  const settled = await registry.decision(model, number);
  if (settled !== undefined) return settled;
  for (;;) {
    const serving = (await registry.standing(model)).aliases[PRODUCTION];
    try {
      const decision = await decide(version, order, serving, rooms, signal);
      if (await registry.settle(model, number, serving, decision, by)) return decision;
    } catch (error) {
      // The one that was served may be gone by now, if another one is.
      if (signal.aborted || (await registry.standing(model)).aliases[PRODUCTION] === serving) throw error;
    }
  }
}

async function decide(
  version: ModelVersion,
  order: TrainingOrder,
  serving: number | undefined,
  rooms: Rooms,
  signal: AbortSignal,
): Promise<PromotionDecision> {
  if (order.promote !== 'IF_BETTER')
    return { promoted: order.promote === 'ALWAYS', reason: `promote is ${order.promote}` };
  if (serving === undefined) return { promoted: true, reason: 'the model served no version yet' };
  const served = await rooms.registry.version(version.model, serving);
  if (!served.encoder.fineTuned && served.encoder.id !== rooms.encoders.pretrained.id)
    return { promoted: true, reason: `version ${serving} reads vectors of an encoder that does not run any more` };
  return decideIfBetter(await compare(version, served, order, rooms, signal));
}

/** How two versions do on those rows that the new one was measured on and neither learned from, under the names of the new one. */
async function compare(
  version: ModelVersion,
  served: ModelVersion,
  order: TrainingOrder,
  { datasets, encoders, registry, vectors }: Rooms,
  signal: AbortSignal,
): Promise<Comparison> {
  const examples = await datasets.rows(order.datasetDigest);
  const learned = [
    await textsLearnedFrom(version, registry, datasets),
    await textsLearnedFrom(served, registry, datasets),
  ];
  const measured = measuredRows(splitOf(version, examples)).filter(
    (row) => !learned.some((texts) => texts.has(examples[row].text)),
  );
  const embedded = async ({ encoder }: ModelVersion): Promise<EmbeddedRows> => {
    const { id, dimensions } = encoder;
    const known = await vectors.get(order.datasetDigest, id, examples.length, dimensions);
    if (known) return { examples, vectors: known, dimensions };
    return encoders.use(encoder, (open) => embed(examples, measured, open, signal, () => {}));
  };
  const sameEncoder = served.encoder.id === version.encoder.id;
  const rows = await embedded(version);
  const servedRows = sameEncoder ? rows : await embedded(served);
  const renames = await renamesBetween(served, version, registry);
  const heads = await registry.heads(version);
  const servedHeads = renamedHeads(await registry.heads(served), renames);
  const removed = await removalsSince(served, version, registry);
  const missing = missingFrom(heads, servedHeads, removed);
  const differences: TaskDifference[] = [];
  const [gained, unmeasured]: [string[], string[]] = [[], []];
  for (const head of heads) {
    const { task } = head;
    const before = servedHeads.find((each) => each.task === task);
    const which = labelledRows(examples, task, measured);
    if (before === undefined) gained.push(task);
    else if (which.length > 0) {
      const truth = which.map((row) => labelsOf(examples[row], task) ?? []);
      const pair = paired([before, answersOf(before, servedRows, which)], [head, answersOf(head, rows, which)], truth);
      differences.push({ task, ...(await pairedDifferences(pair, order.seed)) });
    } else if (!sameEncoder || !sameWeights(head, before)) unmeasured.push(task);
  }
  const reshaped = renames.length + removed.length > 0;
  return { number: served.number, differences, gained, unmeasured, missing, reshaped };
}
