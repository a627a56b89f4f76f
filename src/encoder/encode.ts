import { setImmediate } from 'node:timers/promises';
import { ManyheadError } from '../errors.js';
import type { EncodingQueue, WaitingText } from './encoding-queue.js';
import type { Listener, SharedTexts } from './shared-texts.js';
import type { Usage } from './usage.js';

/** A text as a vector. */
export interface Encoded {
  /** A unit vector. */
  readonly vector: Float32Array;
  /** Tokens the encoder read, [CLS] and [SEP] among them. */
  readonly tokens: number;
  /** Whether the text had more tokens than the encoder reads. */
  readonly truncated: boolean;
}

export interface EncodeOptions {
  readonly signal?: AbortSignal;
  /** Told how many texts have their vector, each time one more has. */
  readonly onProgress?: (done: number) => void;
  /** Where is counted what the call asks for. */
  readonly usage?: Usage;
}

/** Tokenizing gives the event loop its turn after this many milliseconds. */
const turn = 5;

/**
 * One call, from texts to vectors in their order. The first texts are already being encoded while the last are tokenized, and no
 * more are tokenized than the queue has room for.
 * @throws ManyheadError CANCELLED when the signal is aborted; OVERLOADED at once, where too much waits already; Error when a thread
 *   dies or the encoder is closed
 */
export function encodeTexts(
  texts: readonly string[],
  shared: SharedTexts,
  queue: EncodingQueue,
  { signal, onProgress, usage }: EncodeOptions,
): Promise<Encoded[]> {
  return new Promise((resolve, reject) => {
    const call = {};
    const encoded: Encoded[] = [];
    const listeners = new Map<Listener, string>();
    let [done, over] = [0, false];
    if (usage) usage.texts += texts.length;

    const end = (settle: () => void) => {
      if (over) return;
      over = true;
      signal?.removeEventListener('abort', cancel);
      if (listeners.size > 0) shared.withdraw(listeners);
      settle();
    };
    const failed = (error: unknown) => end(() => reject(error));
    const cancel = () => failed(new ManyheadError('CANCELLED', 'Encoding was cancelled.'));

    const ask = (text: string, index: number): WaitingText | undefined => {
      const listener: Listener = {
        done: guarded((each) => {
          listeners.delete(listener);
          encoded[index] = each;
          done++;
          if (usage) usage.tokens += each.tokens;
          onProgress?.(done);
          if (done === texts.length) end(() => resolve(encoded));
        }, failed),
        failed: (error) => {
          listeners.delete(listener);
          failed(error);
        },
      };
      listeners.set(listener, text);
      return shared.ask(text, call, listener);
    };

    const feed = async () => {
      for (let next = 0; next < texts.length && !over; await setImmediate()) {
        await queue.room();
        if (over) return;
        const batch: WaitingText[] = [];
        const until = performance.now() + turn;
        while (next < texts.length && performance.now() < until) {
          const waiting = ask(texts[next], next++);
          if (waiting) batch.push(waiting);
        }
        // A listener of this call that threw has taken them all back; nobody else can have asked for them yet.
        if (over) return;
        queue.add(batch);
      }
    };

    signal?.addEventListener('abort', cancel);
    if (signal?.aborted) cancel();
    else if (texts.length === 0) end(() => resolve(encoded));
    else feed().catch(failed);
  });
}

/** A listener of one call that throws fails that call, not the texts that share its batch. */
const guarded =
  (take: (encoded: Encoded) => void, failed: (error: unknown) => void) =>
  (encoded: Encoded): void => {
    try {
      take(encoded);
    } catch (error) {
      failed(error);
    }
  };
