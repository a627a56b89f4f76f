/**
 * What the queue carries: ids, never rows. The truth about a job is its record, kept elsewhere; a delivery only says
 * that somebody should work on it. `attempt` counts from 1; a retry by the user is a new attempt.
 */
export interface Delivery {
  readonly jobId: string;
  readonly attempt: number;
}

/** The queue's own name for a delivery: one delivery for one (job, attempt), however often it is added. */
export const deliveryId = ({ jobId, attempt }: Delivery): string => `${jobId}.${attempt}`;

/** The delivery that `deliveryId` named, or undefined where the name is not one of ours. */
export function parseDeliveryId(id: string): Delivery | undefined {
  const dot = id.lastIndexOf('.');
  const attempt = Number(id.slice(dot + 1));
  return dot > 0 && Number.isSafeInteger(attempt) && attempt > 0 ? { jobId: id.slice(0, dot), attempt } : undefined;
}
