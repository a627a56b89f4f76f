import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readArchitecture } from '#src/encoder/architecture.js';
import { packagedFiles } from '#src/encoder/files.js';
import { encoderGraph } from '#src/encoder/graph.js';
import { type EncodingThread, sessionModel, startThread } from '#src/encoder/thread.js';
import { locateWeights } from '#src/encoder/weights.js';

describe('an encoding thread', () => {
  let thread: EncodingThread;
  beforeAll(async () => {
    const { config, pooling, weightsPath } = await packagedFiles();
    const architecture = readArchitecture(config);
    const weights = await locateWeights(weightsPath, architecture);
    thread = await startThread(sessionModel(encoderGraph({ architecture, pooling, weights }), dirname(weightsPath)));
  });
  afterAll(() => thread.close());

  const batch = (ids: readonly number[], lengths: readonly number[]) => ({
    ids: Int32Array.from(ids),
    lengths: Int32Array.from(lengths),
  });

  it('answers an empty batch with nothing, and refuses a text without tokens, which would end the process', async () => {
    expect(await thread.run(batch([], []))).toHaveLength(0);
    await expect(thread.run(batch([], [0]))).rejects.toThrow('without tokens');
    expect(await thread.run(batch([101, 102], [2]))).toHaveLength(384);
  });
});
