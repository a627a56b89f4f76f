import { labelsOf } from '../src/datasets/example.js';
import { sameWeights } from '../src/heads/head.js';
import { renamedHeads } from '../src/heads/renamed.js';
import { reshapeHead } from '../src/heads/reshape.js';
import type { TrainingOrder } from '../src/jobs/job.js';
import { PRODUCTION } from '../src/registry/changes.js';
import { splitOf, textsLearnedFrom } from '../src/registry/learned-rows.js';
import { missingFrom } from '../src/registry/missing.js';
import { parting } from '../src/registry/parting.js';
import {
  asOrdered,
  type Comparison,
  decideIfBetter,
  firstServed,
  type PromotionDecision,
} from '../src/registry/promotion.js';
import type { ModelVersion } from '../src/registry/version.js';
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
      if (!(await registry.settle(model, number, serving, decision, by))) continue;
      // What is written down is what holds: a version that was deleted meanwhile is not promoted.
      return (await registry.decision(model, number)) ?? decision;
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
  if (order.promote !== 'IF_BETTER') return asOrdered(order.promote);
  if (serving === undefined) return firstServed;
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
  const learned = await textsLearnedFrom([version, served], registry, datasets);
  const measured = measuredRows(await splitOf(version, examples)).filter((row) => !learned.has(examples[row].text));
  const embedded = async ({ encoder }: ModelVersion): Promise<EmbeddedRows> => {
    const { id, dimensions } = encoder;
    const known = await vectors.get(order.datasetDigest, id, examples.length, dimensions);
    if (known) return { examples, vectors: known, dimensions };
    return encoders.use(encoder, (open) => embed(examples, measured, open, signal, () => {}));
  };
  const sameEncoder = served.encoder.id === version.encoder.id;
  const rows = await embedded(version);
  const servedRows = sameEncoder ? rows : await embedded(served);
  const { undone, done, removed, removedThere } = await parting(served, version, registry);
  const [heads, asServed] = [await registry.heads(version), await registry.heads(served)];
  const servedHeads = renamedHeads(asServed, [...undone, ...done]);
  const differences: TaskDifference[] = [];
  const [gained, unmeasured]: [string[], string[]] = [[], []];
  for (const head of heads) {
    const { task } = head;
    const before = servedHeads.find((each) => each.task === task);
    if (before === undefined) {
      // One that was removed from what is served is not new.
      if (!removedThere.some((each) => each.task === task && each.label === undefined)) gained.push(task);
      continue;
    }
    const which = labelledRows(examples, task, measured);
    if (which.length > 0) {
      const truth = which.map((row) => labelsOf(examples[row], task) ?? []);
      const pair = paired([before, answersOf(before, servedRows, which)], [head, answersOf(head, rows, which)], truth);
      differences.push({ task, ...(await pairedDifferences(pair, order.seed)) });
    } else {
      const kept = reshapeHead(before, { remove: removed, rename: [] });
      if (!sameEncoder || kept === undefined || !sameWeights(head, kept)) unmeasured.push(task);
    }
  }
  // Who asks what is served goes by the names that it has there: what was renamed only there is missing here.
  const missing = missingFrom(heads, renamedHeads(asServed, done), removed);
  const reshaped = done.length + removed.length > 0;
  return { number: served.number, differences, gained, unmeasured, missing, reshaped };
}
