import type { Link } from './link.js';
import { until } from './unavailable.js';

/** A queue that does not answer by then is taken for away, in milliseconds. */
const answerLimit = 500;

/**
 * Closes what works through a link, then the link. Where the queue is away the link goes first: what waits for an answer
 * then fails at once, where it would have kept the process that wants to end. Never throws.
 * @param limit how long `close` may take, in milliseconds
 */
export async function goodbye(link: Link, close: () => Promise<unknown>, limit: number): Promise<void> {
  await until(AbortSignal.timeout(answerLimit), link.reach()).catch(() => link.close());
  await until(AbortSignal.timeout(limit), close()).catch(() => {});
  await link.close();
}
