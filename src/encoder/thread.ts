import { Worker } from 'node:worker_threads';
import '../onnx/no-telemetry.js';
import type { Graph } from '../onnx/graph.js';
import { modelBytes } from '../onnx/model.js';
import type { Answer, Batch, SessionModel, ThreadData } from './session.js';

/** A thread with one session. It runs one batch at a time. */
export interface EncodingThread {
  /**
   * Vectors of a batch, [texts, hidden]. The batch's arrays are moved to the thread: they are empty afterwards.
   * @throws Error when a text has no token, the session fails, or the thread ends before it answers
   */
  run(batch: Batch): Promise<Float32Array>;
  /** Settles when the thread is gone. */
  readonly ended: Promise<void>;
  /** Lets the batch that runs finish, then ends the thread. */
  close(): Promise<void>;
}

/** A graph for threads, once for all of them. */
export function sessionModel(graph: Graph, folder: string, threads = 1): SessionModel {
  const bytes = modelBytes(graph);
  const model = new Uint8Array(new SharedArrayBuffer(bytes.length));
  model.set(bytes);
  return { model, folder, threads };
}

/** The `busy` cell of every thread there is. */
const running = new Set<Int32Array<SharedArrayBuffer>>();

// ONNX Runtime's binding aborts the whole process when a thread is ended in the middle of its work, as process.exit() does. A batch
// takes tenths of a second, and seconds where a machine has much else to do.
const longestWait = 8000;
let lastMoment = Infinity;
process.once('exit', () => {
  const end = Math.min(performance.now() + longestWait, lastMoment);
  for (const busy of running) {
    // One that hangs would keep the process for ever.
    if (Atomics.wait(busy, 0, 1, Math.max(0, end - performance.now())) === 'timed-out')
      process.kill(process.pid, 'SIGKILL');
  }
});

/** The process that ends does not wait for its threads beyond this moment, in milliseconds as `performance.now()` has them. */
export function endThreadsBy(moment: number): void {
  lastMoment = moment;
}

/**
 * Starts a thread and waits until its session is open.
 * @throws Error when ONNX Runtime does not take the model
 */
export async function startThread(model: SessionModel): Promise<EncodingThread> {
  const busy = new Int32Array(new SharedArrayBuffer(4)).fill(1);
  const workerData: ThreadData = { model, busy };
  const worker = new Worker(new URL('./session.js', import.meta.url), { workerData, execArgv: [] });
  running.add(busy);
  // A thread that fails must not take the process with it. `exit` always follows, and only then is the thread gone.
  let failure: unknown;
  worker.on('error', (error) => {
    failure = error;
  });
  const ended = new Promise<void>((resolve) => {
    worker.once('exit', () => {
      running.delete(busy);
      resolve();
    });
  });
  const nextAnswer = () =>
    new Promise<Answer>((resolve, reject) => {
      const exited = (code: number) => {
        worker.off('message', answered);
        reject(failure ?? new Error(`an encoding thread ended with code ${code}`));
      };
      const answered = (answer: Answer) => {
        worker.off('exit', exited);
        resolve(answer);
      };
      worker.once('message', answered).once('exit', exited);
    });

  await nextAnswer();
  return {
    ended,
    async run(batch) {
      if (batch.lengths.length === 0) return new Float32Array();
      // ONNX Runtime divides by the number of tokens, and takes the whole process with it where there are none.
      if (batch.lengths.some((tokens) => tokens < 1)) throw new Error('a text without tokens cannot be encoded');
      Atomics.store(busy, 0, 1);
      worker.postMessage(batch, [batch.ids.buffer, batch.lengths.buffer]);
      const answer = await nextAnswer();
      if (answer.kind === 'vectors') return answer.vectors;
      throw new Error(answer.kind === 'failed' ? answer.message : 'an encoding thread started twice');
    },
    close() {
      worker.postMessage('close');
      return ended;
    },
  };
}
