import { nextBatch } from './batching.js';
import type { Batch } from './session.js';
import type { EncodingThread } from './thread.js';

/** A text that waits for its vector. */
export interface WaitingText {
  readonly ids: Int32Array;
  readonly tokens: number;
  /** The call it came with: texts are withdrawn by it. */
  readonly call: object;
  done(vector: Float32Array): void;
  failed(error: unknown): void;
}

/** A thread that has little to do is not given less than this many tokens: smaller products run at a lower rate. */
const leastShare = 64;

/**
 * Texts that wait, and the threads that encode them. What arrives while all threads are busy is batched when one is free;
 * a text that finds a free thread goes there at once. A thread that dies fails its batch and is replaced.
 */
export class EncodingQueue {
  #waiting: WaitingText[] = [];
  #closed = false;
  #starting = 0;
  readonly #threads = new Set<EncodingThread>();
  readonly #idle: EncodingThread[] = [];

  private constructor(
    private readonly startThread: () => Promise<EncodingThread>,
    private readonly maxBatchTokens: number,
  ) {}

  /**
   * @param startThread makes one of the threads, or one in place of another that died
   * @throws Error when a thread cannot be started
   */
  static async open(
    startThread: () => Promise<EncodingThread>,
    threads: number,
    maxBatchTokens: number,
  ): Promise<EncodingQueue> {
    const queue = new EncodingQueue(startThread, maxBatchTokens);
    const started = await Promise.allSettled(Array.from({ length: threads }, () => queue.#start()));
    const failure = started.find((each) => each.status === 'rejected');
    if (failure === undefined) return queue;
    await queue.close();
    throw failure.reason;
  }

  add(texts: readonly WaitingText[]): void {
    if (this.#closed) {
      failAll(texts, closed());
      return;
    }
    this.#waiting.push(...texts);
    if (this.#threads.size + this.#starting === 0) this.#replace();
    this.#dispatch();
  }

  /** Takes back the texts of a call that no thread has begun with. */
  withdraw(call: object): void {
    this.#waiting = this.#waiting.filter((text) => text.call !== call);
  }

  /** Fails what waits, lets the running batches finish, and ends the threads. */
  async close(): Promise<void> {
    this.#closed = true;
    failAll(this.#waiting.splice(0), closed());
    await Promise.all([...this.#threads].map((thread) => thread.close()));
  }

  async #start(): Promise<void> {
    this.#starting++;
    try {
      const thread = await this.startThread();
      this.#threads.add(thread);
      void thread.ended.then(() => this.#lost(thread));
      if (this.#closed) await thread.close();
      else this.#free(thread);
    } finally {
      this.#starting--;
    }
  }

  #lost(thread: EncodingThread): void {
    this.#threads.delete(thread);
    const place = this.#idle.indexOf(thread);
    if (place >= 0) this.#idle.splice(place, 1);
    if (!this.#closed) this.#replace();
  }

  /** Starts a thread in place of one that died. Where that fails and none is left, what waits fails with it. */
  #replace(): void {
    this.#start().catch((error: unknown) => {
      if (this.#threads.size + this.#starting === 0) failAll(this.#waiting.splice(0), error);
    });
  }

  #free(thread: EncodingThread): void {
    if (!this.#threads.has(thread)) return;
    this.#idle.push(thread);
    this.#dispatch();
  }

  #dispatch(): void {
    while (this.#waiting.length > 0) {
      const budget = this.#budget();
      const thread = this.#idle.pop();
      if (thread === undefined) return;
      const batch = new Set(nextBatch(this.#waiting, budget));
      this.#waiting = this.#waiting.filter((text) => !batch.has(text));
      void this.#run(thread, [...batch]);
    }
  }

  /** The whole budget where much waits; where little does, an even share for every idle thread. */
  #budget(): number {
    const tokens = this.#waiting.reduce((sum, text) => sum + text.tokens, 0);
    const share = Math.ceil(tokens / Math.max(1, this.#idle.length));
    return Math.min(this.maxBatchTokens, Math.max(leastShare, share));
  }

  async #run(thread: EncodingThread, texts: readonly WaitingText[]): Promise<void> {
    try {
      const vectors = await thread.run(padded(texts));
      const size = vectors.length / texts.length;
      texts.forEach((text, i) => {
        text.done(vectors.slice(i * size, (i + 1) * size));
      });
    } catch (error) {
      failAll(texts, error);
    }
    this.#free(thread);
  }
}

/** Texts side by side, zeros behind the shorter ones. */
function padded(texts: readonly WaitingText[]): Batch {
  const longest = Math.max(...texts.map((text) => text.tokens));
  const ids = new Int32Array(texts.length * longest);
  texts.forEach((text, i) => {
    ids.set(text.ids, i * longest);
  });
  return { ids, lengths: Int32Array.from(texts, (text) => text.tokens) };
}

function failAll(texts: readonly WaitingText[], error: unknown): void {
  for (const text of texts) text.failed(error);
}

const closed = (): Error => new Error('the encoder is closed');
