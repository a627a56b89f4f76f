import { describe, expect, it } from 'vitest';
import { newCounts } from '#src/encoder/counts.js';
import { EncodingQueue } from '#src/encoder/encoding-queue.js';
import type { Batch } from '#src/encoder/session.js';
import type { EncodingThread } from '#src/encoder/thread.js';

/** A thread without a session: the test says when its batch is done, and when it dies. A text's vector is its ids' sum. */
class FakeThread implements EncodingThread {
  batch: Batch | undefined;
  #settle: { resolve(vectors: Float32Array): void; reject(error: Error): void } | undefined;
  #end: () => void = () => {};
  readonly ended = new Promise<void>((resolve) => {
    this.#end = resolve;
  });

  run(batch: Batch): Promise<Float32Array> {
    this.batch = batch;
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
  }
  async finish(): Promise<void> {
    const { ids, lengths } = this.batch ?? { ids: new Int32Array(), lengths: new Int32Array() };
    const width = ids.length / lengths.length;
    this.batch = undefined;
    this.#settle?.resolve(
      Float32Array.from(lengths, (_, i) => ids.slice(i * width, (i + 1) * width).reduce((sum, id) => sum + id, 0)),
    );
    await settled();
  }
  async die(): Promise<void> {
    this.#end();
    this.#settle?.reject(new Error('an encoding thread ended with code 1'));
    await settled();
  }
  close(): Promise<void> {
    this.#end();
    return this.ended;
  }
}

/** All promises that can go on have done so. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

async function openQueue(threads: number, waitingTokens = 1000) {
  const started: FakeThread[] = [];
  const start = async () => {
    const thread = new FakeThread();
    started.push(thread);
    return thread;
  };
  const queue = await EncodingQueue.open(start, threads, { batchTokens: 64, waitingTokens }, newCounts());
  const results = new Map<string, number | string>();
  const add = (name: string, ids: readonly number[], call: object = {}) => ({
    ids: Int32Array.from(ids),
    tokens: ids.length,
    call,
    done: (vector: Float32Array) => results.set(name, vector[0]),
    failed: (error: unknown) => results.set(name, String(error)),
  });
  return { queue, started, results, text: add };
}

describe('the queue of an encoder', () => {
  it('sends a lone text to an idle thread at once', async () => {
    const { queue, started, results, text } = await openQueue(1);
    queue.add([text('a', [1, 2, 3])]);
    expect(started[0].batch).toEqual({ ids: Int32Array.of(1, 2, 3), lengths: Int32Array.of(3) });
    await started[0].finish();
    expect(results.get('a')).toBe(6);
  });

  it('runs together what came while its threads were busy', async () => {
    const { queue, started, results, text } = await openQueue(1);
    queue.add([text('a', [1])]);
    queue.add([text('b', [2, 3, 1, 1, 1, 1, 1])]);
    queue.add([text('c', [4, 1, 1, 1, 1, 1])]);
    await started[0].finish();
    expect(started[0].batch).toEqual({
      ids: Int32Array.of(2, 3, 1, 1, 1, 1, 1, 4, 1, 1, 1, 1, 1, 0),
      lengths: Int32Array.of(7, 6),
    });
    await started[0].finish();
    expect([...results]).toEqual([
      ['a', 1],
      ['b', 10],
      ['c', 9],
    ]);
  });

  it('shares a few texts out among idle threads', async () => {
    const { queue, started, text } = await openQueue(2);
    const ids = Array(16).fill(1);
    queue.add(Array.from({ length: 8 }, (_, i) => text(`${i}`, ids)));
    expect(started.map(({ batch }) => batch?.lengths.length)).toEqual([4, 4]);
  });

  it('leaves out texts that were withdrawn', async () => {
    const { queue, started, results, text } = await openQueue(1);
    const b = text('b', [2]);
    queue.add([text('a', [1])]);
    queue.add([b, text('c', [3])]);
    queue.withdraw(new Set([b]));
    await started[0].finish();
    await started[0].finish();
    expect([...results.keys()]).toEqual(['a', 'c']);
  });

  it('lets a call of one text go ahead of the many of a call before it, and neither starve', async () => {
    const { queue, started, results, text } = await openQueue(1);
    const ids = Array(32).fill(1);
    const many = {};
    queue.add(Array.from({ length: 20 }, (_, i) => text(`many ${i}`, ids, many)));
    const order: string[] = [];
    for (let i = 0; i < 30 && results.size < 25; i++) {
      if (i % 2 === 0 && i < 10) queue.add([text(`one ${i}`, ids)]);
      await started[0].finish();
      order.push(...[...results.keys()].slice(order.length));
    }
    for (const i of [0, 2, 4, 6, 8]) expect(order.indexOf(`one ${i}`)).toBeLessThan(2 * i + 6);
    expect(order.filter((name) => name.startsWith('many'))).toHaveLength(20);
    expect(order.indexOf('many 8')).toBeLessThan(order.indexOf('many 19'));
  });

  it('turns calls away while as much waits as may, and lets others fill it again as it empties', async () => {
    const { queue, started, text } = await openQueue(1, 100);
    queue.admit();
    queue.add(Array.from({ length: 6 }, (_, i) => text(`${i}`, Array(30).fill(1))));
    expect(queue.waitingTokens).toBe(120);
    expect(() => queue.admit()).toThrow('120 tokens wait to be encoded, and at most 100 may: try again in a second.');
    let hasRoom = false;
    void queue.room().then(() => {
      hasRoom = true;
    });
    await settled();
    expect(hasRoom).toBe(false);
    await started[0].finish();
    expect(queue.waitingTokens).toBe(60);
    expect(hasRoom).toBe(true);
    queue.admit();
  });

  it('fails the batch of a thread that dies, and goes on with another in its place', async () => {
    const { queue, started, results, text } = await openQueue(1);
    queue.add([text('a', [1])]);
    queue.add([text('b', [2])]);
    await started[0].die();
    expect(results.get('a')).toContain('thread ended');
    expect(started).toHaveLength(2);
    await started[1].finish();
    expect(results.get('b')).toBe(2);
  });

  it('replaces a thread that dies idle', async () => {
    const { queue, started, results, text } = await openQueue(1);
    await started[0].die();
    queue.add([text('a', [5])]);
    await started[1].finish();
    expect(results.get('a')).toBe(5);
  });

  it('fails what waits when no thread can be started any more, and tries again for what comes next', async () => {
    let mayStart = true;
    const started: FakeThread[] = [];
    const start = async () => {
      if (!mayStart) throw new Error('no memory');
      started.push(new FakeThread());
      return started[started.length - 1];
    };
    const queue = await EncodingQueue.open(start, 1, { batchTokens: 64, waitingTokens: 1000 }, newCounts());
    const { text, results } = await openQueue(1);
    queue.add([text('a', [1])]);
    queue.add([text('b', [1])]);
    mayStart = false;
    await started[0].die();
    expect(results.get('b')).toContain('no memory');
    mayStart = true;
    queue.add([text('c', [3])]);
    await settled();
    await started[1].finish();
    expect(results.get('c')).toBe(3);
  });

  it('fails what waits, and what comes later, once it is closed', async () => {
    const { queue, results, text } = await openQueue(1);
    queue.add([text('a', [1])]);
    queue.add([text('b', [1])]);
    await queue.close();
    queue.add([text('c', [1])]);
    expect([results.get('b'), results.get('c')]).toEqual(Array(2).fill('Error: the encoder is closed'));
  });
});
