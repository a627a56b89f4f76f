import { setImmediate } from 'node:timers/promises';
import { ManyheadError } from '../errors.js';
import type { EncodingQueue, WaitingText } from './encoding-queue.js';
import type { Tokens } from './tokenizer.js';

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
}

/** Tokenizing gives the event loop its turn after this many milliseconds. */
const turn = 5;

/**
 * One call, from texts to vectors in their order. The first texts are already being encoded while the last are tokenized.
 * @throws ManyheadError CANCELLED when the signal is aborted; Error when a thread dies or the encoder is closed
 */
export function encodeTexts(
  texts: readonly string[],
  tokenize: (text: string) => Tokens,
  queue: EncodingQueue,
  { signal, onProgress }: EncodeOptions,
): Promise<Encoded[]> {
  return new Promise((resolve, reject) => {
    const call = {};
    const encoded: Encoded[] = [];
    let [done, over] = [0, false];

    const end = (settle: () => void) => {
      if (over) return;
      over = true;
      signal?.removeEventListener('abort', cancel);
      queue.withdraw(call);
      settle();
    };
    const failed = (error: unknown) => end(() => reject(error));
    const cancel = () => failed(new ManyheadError('CANCELLED', 'Encoding was cancelled.'));

    const waiting = (text: string, index: number): WaitingText => {
      const { ids, truncated } = tokenize(text);
      const finish = (vector: Float32Array) => {
        encoded[index] = { vector, tokens: ids.length, truncated };
        done++;
        onProgress?.(done);
        if (done === texts.length) end(() => resolve(encoded));
      };
      return { ids, tokens: ids.length, call, done: guarded(finish, failed), failed };
    };

    const feed = async () => {
      for (let next = 0; next < texts.length && !over; await setImmediate()) {
        const batch: WaitingText[] = [];
        const until = performance.now() + turn;
        while (next < texts.length && performance.now() < until) batch.push(waiting(texts[next], next++));
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
  (take: (vector: Float32Array) => void, failed: (error: unknown) => void) =>
  (vector: Float32Array): void => {
    try {
      take(vector);
    } catch (error) {
      failed(error);
    }
  };
