import type { Example } from '../src/datasets/example.js';
import type { Encoder } from '../src/encoder/open.js';
import type { Head } from '../src/heads/head.js';
import type { TrainingOrder } from '../src/jobs/job.js';
import type { EncoderReference } from '../src/registry/version.js';
import { fitHeads } from '../src/training/fit.js';
import type { LossWeightChoice } from '../src/training/loss-weights.js';
import type { Split } from '../src/training/split.js';
import { embedDataset } from './embed.js';
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
  rooms: Rooms,
  reporter: JobReporter,
  signal: AbortSignal,
): Promise<Learned> {
  reporter.begin('EMBEDDING');
  const { rows, encoder } = await rooms.encoders.use(reference, async (encoder) => ({
    rows: await embedDataset(order.datasetDigest, examples, encoder, rooms, signal, reporter.encoded),
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

const pretrainedReference = ({ id, base, dimensions, maxTokens }: Encoder): EncoderReference => ({
  id,
  base,
  fineTuned: false,
  dimensions,
  maxTokens,
});
