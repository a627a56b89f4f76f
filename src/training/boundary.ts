import { setImmediate as nextTurn } from 'node:timers/promises';
import { packBatch, wordsOf } from '../encoder/training/batch.js';
import { encoderParameters, wordTable } from '../encoder/training/parameters.js';
import { Tensor } from '../onnx/runtime.js';
import { batchesByLength } from './batches.js';
import { type BoundaryStore, openBoundaryStore } from './boundary-store.js';
import { type EncoderWeights, floatsOf, forwardTokens, openSession, type TokenRows, wordVectors } from './runs.js';
import { boundaryGraph, type FinePlan } from './step-graph.js';

export interface BoundaryOptions {
  readonly threads: number;
  /** Activations beyond this many bytes are kept on disk. */
  readonly boundaryBytes: number;
  readonly signal: AbortSignal;
  readonly onBoundary: (done: number, rows: number) => void;
}

/**
 * The activations that the frozen layers leave, computed once for each row that is used.
 * @throws signal.reason when aborted; what `openBoundaryStore` throws
 */
export async function computeBoundary(
  plan: FinePlan,
  frozenLayers: number,
  start: EncoderWeights,
  rows: TokenRows,
  used: readonly number[],
  { threads, boundaryBytes, signal, onBoundary }: BoundaryOptions,
): Promise<BoundaryStore> {
  const { hidden } = plan.architecture;
  const isUsed = new Set(used);
  const lengths = rows.map(({ length }, row) => (isUsed.has(row) ? length : 0));
  const session = await openSession(boundaryGraph(plan, frozenLayers), threads);
  const store = openBoundaryStore(lengths, hidden, boundaryBytes);
  try {
    const wanted = encoderParameters(plan.architecture, { kind: 'all' }).filter(({ name }) =>
      session.inputNames.includes(name),
    );
    const feeds = Object.fromEntries(
      wanted.map(({ name, shape }): [string, Tensor] => [name, new Tensor('float32', start(name), shape)]),
    );
    const table = start(wordTable);
    let done = 0;
    for (const batch of batchesByLength(used, (row) => lengths[row], forwardTokens)) {
      // Timers and sockets run between batches: lock renewal, cancelling, progress.
      await nextTurn();
      signal.throwIfAborted();
      const ids = batch.map((row) => rows[row]);
      const { words, tokensOf } = wordsOf(ids);
      const packed = packBatch(ids, plan.architecture.heads, plan.pooling);
      const inputs = { ...feeds, ...packed.attention, ...tokensOf(ids), words: wordVectors(table, words, hidden) };
      const activations = floatsOf((await session.run(inputs)).boundary);
      let end = 0;
      for (const row of batch) {
        const next = end + lengths[row] * hidden;
        store.put(row, activations.subarray(end, next));
        end = next;
      }
      done += batch.length;
      onBoundary(done, used.length);
    }
    return store;
  } catch (error) {
    store.close();
    throw error;
  } finally {
    await session.release();
  }
}
