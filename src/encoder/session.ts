import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../errors.js';
import { InferenceSession, Tensor } from '../onnx/runtime.js';
import { productsOverflow } from './int8/overflow.js';
import { sessionOptions } from './session-options.js';

/* What runs inside an encoding thread: one ONNX Runtime session, which blocks the thread while it runs. */

/** A model and its weights. */
export interface SessionModel {
  /** An ONNX file: memory that threads share. */
  readonly model: Uint8Array<SharedArrayBuffer>;
  /** Where the model's weights lie; ONNX Runtime maps them from there. */
  readonly folder: string;
  /** Threads of one session. */
  readonly threads: number;
}

/** What a thread is started with, and a cell shared with it: 1 while ONNX Runtime is at work, then 0. */
export interface ThreadData {
  readonly model: SessionModel;
  readonly busy: Int32Array<SharedArrayBuffer>;
}

/** Texts of similar length, padded to one length with zeros on the right. */
export interface Batch {
  /** [texts, tokens] */
  readonly ids: Int32Array<ArrayBuffer>;
  /** Real tokens of each text, [texts] */
  readonly lengths: Int32Array<ArrayBuffer>;
}

/** What a thread says: that it is ready, the vectors [texts, hidden] of the last batch, or what went wrong. */
export type Answer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'vectors'; readonly vectors: Float32Array }
  | { readonly kind: 'failed'; readonly message: string };

const { model, busy }: ThreadData = workerData;
const { folder, threads } = model;
const options = sessionOptions(folder, threads, await productsOverflow(sessionOptions(folder)));
// A copy: ONNX Runtime's binding takes no shared memory.
const session = await InferenceSession.create(new Uint8Array(model.model), options);

parentPort?.on('message', async (batch: Batch | 'close') => {
  if (batch === 'close') {
    await session.release();
    parentPort?.close();
    return;
  }
  try {
    const vectors = await run(batch);
    answer({ kind: 'vectors', vectors }, [vectors.buffer]);
  } catch (error) {
    answer({ kind: 'failed', message: messageOf(error) });
  }
});
answer({ kind: 'ready' });

async function run({ ids, lengths }: Batch): Promise<Float32Array<ArrayBuffer>> {
  const { vectors } = await session.run({
    ids: new Tensor('int32', ids, [lengths.length, ids.length / lengths.length]),
    lengths: new Tensor('int32', lengths, [lengths.length]),
  });
  if (!(vectors.data instanceof Float32Array)) throw new Error(`the encoder made ${vectors.type}, not float32`);
  // A copy: the result's own memory belongs to ONNX Runtime and cannot be handed to another thread.
  return new Float32Array(vectors.data);
}

function answer(answer: Answer, moved: readonly ArrayBuffer[] = []): void {
  Atomics.store(busy, 0, 0);
  Atomics.notify(busy, 0);
  parentPort?.postMessage(answer, moved);
}
