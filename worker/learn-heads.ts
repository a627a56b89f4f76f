import type { Example } from '../src/datasets/example.js';
import type { Encoder } from '../src/encoder/open.js';
import type { Head } from '../src/heads/head.js';
import type { TrainingOrder } from '../src/jobs/job.js';
import type { EncoderReference } from '../src/registry/version.js';
import { fitHeads } from '../src/training/fit.js';
import type { LossWeightChoice } from '../src/training/loss-weights.js';
import type { EmbeddedRows } from '../src/training/rows.js';
import type { Split } from '../src/training/split.js';
import type { Learned, Rooms } from './learned.js';
import type { JobReporter } from './reporter.js';

/**
 * Trains heads on an encoder that is fixed: every row is encoded once.
 * @param reference the encoder; the pretrained one where undefined
 * @throws signal.reason when aborted, within a step
 */
export async function learnHeads(
  order: TrainingOrder,
  examples: readonly Example[],
  start: readonly Head[],
  lossWeights: LossWeightChoice,
  split: Split,
  reference: EncoderReference | undefined,
  { encoders }: Rooms,
  reporter: JobReporter,
  signal: AbortSignal,
): Promise<Learned> {
  reporter.begin('EMBEDDING');
  const { rows, encoder } = await encoders.use(reference, async (encoder) => ({
    rows: await embed(examples, [...examples.keys()], encoder, signal, reporter.encoded),
    encoder: reference ?? pretrainedReference(encoder),
  }));
  reporter.begin('TRAINING');
  const heads = await fitHeads(start, rows, split, {
    hyperparameters: order.hyperparameters,
    lossWeights,
    seed: order.seed,
    signal,
    onStep: reporter.step,
    onEpoch: reporter.epoch,
  });
  return { heads, rows, encoder, encoderFolder: undefined };
}

/**
 * The vectors of some rows; those of the others are left zero.
 * @param onProgress told how many of them are done
 * @throws signal.reason when aborted
 */
export async function embed(
  examples: readonly Example[],
  which: readonly number[],
  encoder: Encoder,
  signal: AbortSignal,
  onProgress: (done: number, rows: number) => void,
): Promise<EmbeddedRows> {
  const { dimensions } = encoder;
  const vectors = new Float32Array(examples.length * dimensions);
  const encoded = await encoder.encode(
    which.map((row) => examples[row].text),
    { signal, onProgress: (done) => onProgress(done, which.length) },
  );
  encoded.forEach(({ vector }, place) => {
    vectors.set(vector, which[place] * dimensions);
  });
  return { examples, vectors, dimensions };
}

const pretrainedReference = ({ id, base, dimensions, maxTokens }: Encoder): EncoderReference => ({
  id,
  base,
  fineTuned: false,
  dimensions,
  maxTokens,
});
