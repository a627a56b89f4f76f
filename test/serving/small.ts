import type { StoredEncoders } from '#src/registry/encoders.js';
import { type Encoders, type EncodersConfig, openEncoders } from '#src/serving/encoders.js';

/**
 * Encoders around a small one, on one thread.
 * @param encoderFolder where the pretrained one is
 * @param memory MB that may stay open; a small encoder takes a seventh of one
 */
export const openSmallEncoders = (
  encoderFolder: string,
  stored: StoredEncoders,
  memory: number,
  encoderPrecision: EncodersConfig['encoderPrecision'] = 'fp32',
): Promise<Encoders> =>
  openEncoders(
    {
      encoderFolder,
      encoderPrecision,
      encoderThreads: 1,
      encoderSessionThreads: 1,
      encoderMaxBatchTokens: 256,
      encoderQueueTokens: 4096,
      encoderCache: 0,
      encoderMemory: memory,
    },
    stored,
  );
