import type { EncoderCounts } from './counts.js';
import type { Encoded } from './encode.js';
import type { EncodingQueue, WaitingText } from './encoding-queue.js';
import type { Tokens } from './tokenizer.js';
import type { VectorCache } from './vector-cache.js';

/** Somebody who waits for the vector of a text. */
export interface Listener {
  done(encoded: Encoded): void;
  failed(error: unknown): void;
}

interface Pending {
  readonly waiting: WaitingText;
  readonly listeners: Set<Listener>;
}

/**
 * Texts on their way to a vector, each once: who asks for a text that is known is answered at once, and who asks for one that
 * somebody else waits for already waits with them.
 */
export class SharedTexts {
  readonly #pending = new Map<string, Pending>();

  /** @param id of the encoder, and of what else its vectors depend on: what the cache knows them by */
  constructor(
    private readonly id: string,
    private readonly tokenize: (text: string) => Tokens,
    private readonly queue: EncodingQueue,
    private readonly cache: VectorCache,
    private readonly counts: EncoderCounts,
  ) {}

  /**
   * Asks for a text's vector.
   * @param call whom the text belongs to: the queue deals out its turns among calls
   * @returns what is to be put into the queue; undefined where that is not needed
   */
  ask(text: string, call: object, listener: Listener): WaitingText | undefined {
    const known = this.cache.get(this.id, text);
    if (known) {
      this.counts.cached += 1;
      listener.done(known);
      return undefined;
    }
    const pending = this.#pending.get(text);
    if (pending) {
      this.counts.joined += 1;
      pending.listeners.add(listener);
      return undefined;
    }
    return this.#begin(text, call, listener);
  }

  /** Takes listeners back; texts that nobody waits for any more leave the queue, where no thread has begun with them. */
  withdraw(listeners: ReadonlyMap<Listener, string>): void {
    const unwanted = new Set<WaitingText>();
    for (const [listener, text] of listeners) {
      const pending = this.#pending.get(text);
      if (pending === undefined || !pending.listeners.delete(listener) || pending.listeners.size > 0) continue;
      this.#pending.delete(text);
      unwanted.add(pending.waiting);
    }
    if (unwanted.size > 0) this.queue.withdraw(unwanted);
  }

  #begin(text: string, call: object, listener: Listener): WaitingText {
    const { ids, truncated } = this.tokenize(text);
    const listeners = new Set([listener]);
    const end = () => {
      if (this.#pending.get(text)?.waiting === waiting) this.#pending.delete(text);
      return [...listeners];
    };
    const waiting: WaitingText = {
      ids,
      tokens: ids.length,
      call,
      done: (vector) => {
        const encoded = { vector, tokens: ids.length, truncated };
        this.counts.encoded += 1;
        this.cache.set(this.id, text, encoded);
        for (const each of end()) each.done(encoded);
      },
      failed: (error) => {
        for (const each of end()) each.failed(error);
      },
    };
    this.#pending.set(text, { waiting, listeners });
    return waiting;
  }
}
