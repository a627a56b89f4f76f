import { ManyheadError } from '../errors.js';
import { nextBatch } from './batching.js';
import type { EncoderCounts, OnBatch } from './counts.js';
import type { Batch } from './session.js';
import type { EncodingThread } from './thread.js';

/** A text that waits for its vector. */
export interface WaitingText {
  readonly ids: Int32Array;
  readonly tokens: number;
  /** The call it came with: turns are dealt out among calls. */
  readonly call: object;
  done(vector: Float32Array): void;
  failed(error: unknown): void;
}

/** What an encoder's queue goes by. */
export interface QueueLimits {
  /** The most tokens, padding counted, of one run. */
  readonly batchTokens: number;
  /** Tokens that may wait: calls that come when as many do are refused. */
  readonly waitingTokens: number;
}

/** A text and its turn. */
interface Queued {
  readonly text: WaitingText;
  readonly tokens: number;
  readonly turn: number;
  /** When it came, in milliseconds. */
  readonly since: number;
}

/** A thread that has little to do is not given less than this many tokens: smaller products run at a lower rate. */
const leastShare = 64;

/**
 * Texts that wait, and the threads that encode them. What arrives while all threads are busy is batched when one is free;
 * a text that finds a free thread goes there at once. A thread that dies fails its batch and is replaced.
 *
 * Calls share the threads evenly (start-time fair queueing, Goyal et al. 1996): a text's turn is the tokens of its own call
 * before it, counted from where the queue stood when the call came. So one text need not wait for the 4,096 of a call before it,
 * and no call waits for ever.
 */
export class EncodingQueue {
  /** By their turns. */
  #waiting: Queued[] = [];
  #waitingTokens = 0;
  /** The turn that was dealt with last. */
  #turn = 0;
  /** The next turn of each call that has had some. */
  readonly #nextTurn = new WeakMap<object, number>();
  #wanting: (() => void)[] = [];
  /** When a run ended in vectors last, in milliseconds, and who is told of the next that does. */
  #lastRun = -Infinity;
  readonly #watching = new Set<() => void>();
  #closed = false;
  #starting = 0;
  readonly #threads = new Set<EncodingThread>();
  readonly #idle: EncodingThread[] = [];

  private constructor(
    private readonly startThread: () => Promise<EncodingThread>,
    private readonly limits: QueueLimits,
    private readonly counts: EncoderCounts,
    private readonly onBatch: OnBatch,
  ) {}

  /**
   * @param startThread makes one of the threads, or one in place of another that died
   * @throws Error when a thread cannot be started
   */
  static async open(
    startThread: () => Promise<EncodingThread>,
    threads: number,
    limits: QueueLimits,
    counts: EncoderCounts,
    onBatch: OnBatch = () => {},
  ): Promise<EncodingQueue> {
    const queue = new EncodingQueue(startThread, limits, counts, onBatch);
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
    const since = performance.now();
    for (const text of texts) {
      const turn = Math.max(this.#turn, this.#nextTurn.get(text.call) ?? 0);
      this.#nextTurn.set(text.call, turn + text.tokens);
      this.#waiting.push({ text, tokens: text.tokens, turn, since });
      this.#waitingTokens += text.tokens;
    }
    // Stable, and quick where most of it is in order already.
    this.#waiting.sort((a, b) => a.turn - b.turn);
    if (this.#threads.size + this.#starting === 0) this.#replace();
    this.#dispatch();
  }

  /** @throws ManyheadError OVERLOADED where as much waits as may */
  admit(): void {
    if (this.#waitingTokens < this.limits.waitingTokens) return;
    this.counts.refused += 1;
    throw new ManyheadError(
      'OVERLOADED',
      `${this.#waitingTokens} tokens wait to be encoded, and at most ${this.limits.waitingTokens} may: try again in a second.`,
    );
  }

  /** Settles when less waits than may. */
  async room(): Promise<void> {
    while (this.#waitingTokens >= this.limits.waitingTokens && !this.#closed)
      await new Promise<void>((resolve) => {
        this.#wanting.push(resolve);
      });
  }

  /** Tells of every run that ends in vectors. @returns stops that */
  watch(tell: () => void): () => void {
    this.#watching.add(tell);
    return () => this.#watching.delete(tell);
  }

  /** When a run ended in vectors last, in milliseconds as `performance.now()` has them. */
  get lastRun(): number {
    return this.#lastRun;
  }

  /** Tokens that wait. */
  get waitingTokens(): number {
    return this.#waitingTokens;
  }

  /** Takes back texts that no thread has begun with. */
  withdraw(texts: ReadonlySet<WaitingText>): void {
    this.#keep(({ text }) => !texts.has(text));
  }

  /** Fails what waits, lets the running batches finish, and ends the threads. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#failWaiting(closed());
    await Promise.all([...this.#threads].map((thread) => thread.close()));
  }

  #keep(isKept: (queued: Queued) => boolean): void {
    this.#waiting = this.#waiting.filter(isKept);
    this.#waitingTokens = this.#waiting.reduce((sum, { tokens }) => sum + tokens, 0);
    if (this.#waitingTokens >= this.limits.waitingTokens && !this.#closed) return;
    for (const resume of this.#wanting.splice(0)) resume();
  }

  #failWaiting(error: unknown): void {
    const texts = this.#waiting.map(({ text }) => text);
    this.#keep(() => false);
    failAll(texts, error);
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
      if (this.#threads.size + this.#starting === 0) this.#failWaiting(error);
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
      this.#turn = this.#waiting[0].turn;
      this.#keep((queued) => !batch.has(queued));
      void this.#run(thread, [...batch]);
    }
  }

  /** The whole budget where much waits; where little does, an even share for every idle thread. */
  #budget(): number {
    const share = Math.ceil(this.#waitingTokens / Math.max(1, this.#idle.length));
    return Math.min(this.limits.batchTokens, Math.max(leastShare, share));
  }

  async #run(thread: EncodingThread, queued: readonly Queued[]): Promise<void> {
    const texts = queued.map(({ text }) => text);
    const begun = performance.now();
    try {
      const batch = padded(texts);
      const tokens = texts.reduce((sum, text) => sum + text.tokens, 0);
      this.counts.batches += 1;
      this.counts.tokens += tokens;
      this.counts.places += batch.ids.length;
      const vectors = await thread.run(batch);
      this.#lastRun = performance.now();
      for (const tell of this.#watching) tell();
      const first = Math.min(...queued.map(({ since }) => since));
      const [waited, took] = [begun - first, performance.now() - begun];
      this.onBatch({ texts: texts.length, tokens, waited: waited / 1000, took: took / 1000 });
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
