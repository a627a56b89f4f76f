import type { Delivery } from '../queue/delivery.js';
import { PRODUCTION } from '../registry/changes.js';
import { asOrdered, firstServed, type PromotionDecision, type PromotionPolicy } from '../registry/promotion.js';
import type { Registry } from '../registry/registry.js';
import type { ModelVersion } from '../registry/version.js';
import type { Checkpoints } from './checkpoints.js';
import { hasEnded, type Job, type JobState, startedAt, type TrainingOrder } from './job.js';
import { madeBy } from './made.js';
import type { JobRecords } from './records.js';

export interface GivingUpRooms {
  readonly records: JobRecords;
  readonly checkpoints: Checkpoints;
  readonly registry: Pick<Registry, 'versionOfJob' | 'decision' | 'standing' | 'settle'>;
}

/**
 * Ends a job that the queue has given up on because its workers died, again and again: as failed, or with the version that the last
 * of them had made.
 */
export async function giveUp({ jobId, attempt }: Delivery, rooms: GivingUpRooms): Promise<void> {
  const { records, checkpoints } = rooms;
  const found = await records.find(jobId);
  if (found === undefined || hasEnded(found.state) || found.attempt !== attempt) return;
  const end = await endOf(found, rooms);
  const { moved } = await records.move(jobId, (job) =>
    hasEnded(job.state) || job.attempt !== attempt ? undefined : end,
  );
  if (moved) await checkpoints.delete({ id: jobId, attempt });
}

async function endOf(job: Job, { registry }: GivingUpRooms): Promise<JobState> {
  const { order, by, state } = job;
  const finishedAt = new Date().toISOString();
  const made = await madeBy(job, registry);
  if (made === undefined || order.kind !== 'TRAIN')
    return {
      status: 'FAILED',
      startedAt: startedAt(state),
      finishedAt,
      error: {
        code: 'WORKER_LOST',
        message: 'The workers that had this job died one after the other. It may need more memory than they have.',
      },
    };
  const promotion = await settled(made, order, by, registry);
  const { number: version, metrics: reports, warnings } = made;
  return {
    status: 'SUCCEEDED',
    startedAt: startedAt(state) ?? finishedAt,
    finishedAt,
    result: { kind: 'VERSION', version, promotion, reports, warnings },
  };
}

/** What a worker had decided about the version, or what can be without one. */
async function settled(
  { model, number }: ModelVersion,
  { promote }: TrainingOrder,
  by: string,
  registry: GivingUpRooms['registry'],
): Promise<PromotionDecision> {
  for (;;) {
    const known = await registry.decision(model, number);
    if (known !== undefined) return known;
    const serving = (await registry.standing(model)).aliases[PRODUCTION];
    const decision = withoutWorkers(promote, serving);
    if (await registry.settle(model, number, serving, decision, by)) return decision;
  }
}

function withoutWorkers(policy: PromotionPolicy, serving: number | undefined): PromotionDecision {
  if (policy !== 'IF_BETTER') return asOrdered(policy);
  if (serving === undefined) return firstServed;
  return {
    promoted: false,
    reason: `the workers that were to compare it with version ${serving} died one after the other`,
  };
}
