import type { EncoderCounts } from './counts.js';
import type { EncodingQueue, WaitingText } from './encoding-queue.js';

/** How long an encoder that has nothing else to do may take to encode one short text, in milliseconds. */
const PATIENCE = 2_000;

/** One that has much to do encodes if it has finished a run of anything in this time, in milliseconds. */
const LATELY = 10_000;

/**
 * A way to ask whether an encoder encodes. It is given a text, past every cache, and shows it with that or with whatever else it
 * finishes meanwhile, so that one with much to do need not come to the text. Those who ask while one is asked share the answer.
 * @param ids of the text's tokens
 */
export function encodingCheck(queue: EncodingQueue, ids: Int32Array, counts: EncoderCounts): () => Promise<boolean> {
  let checking: Promise<boolean> | undefined;
  return () => {
    checking ??= check(queue, ids, counts).finally(() => {
      checking = undefined;
    });
    return checking;
  };
}

const check = (queue: EncodingQueue, ids: Int32Array, counts: EncoderCounts): Promise<boolean> =>
  new Promise((resolve) => {
    const end = (encodes: boolean): void => {
      clearTimeout(late);
      unwatch();
      // One that hangs is not given more and more of them.
      queue.withdraw(new Set([text]));
      resolve(encodes);
    };
    const text: WaitingText = {
      ids,
      tokens: ids.length,
      call: {},
      done: () => {
        counts.encoded += 1;
      },
      failed: () => end(false),
    };
    const late = setTimeout(() => end(performance.now() - queue.lastRun < LATELY), PATIENCE);
    const unwatch = queue.watch(() => end(true));
    queue.add([text]);
  });
