import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encoderFolder, WEIGHTS } from '#src/encoder/folder.js';
import { describeEncoder, openEncoder } from '#src/encoder/open.js';
import { readWeights } from '#src/encoder/weights.js';
import { floatsOf, readSafetensors } from '#src/safetensors/read.js';
import { smallFiles, writeFolder } from './random-bert.js';
import { cosine } from './vectors.js';

/** The tensors of a layer, which learned something. */
const isLearned = (name: string) => name.startsWith('encoder.layer.1.');

describe('an encoder that learned, in a folder of its own', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'manyhead-learned-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const learnedFolder = async (pooling: 'mean' | 'cls' | 'max') => {
    const flags = { mean: 'pooling_mode_mean_tokens', cls: 'pooling_mode_cls_token', max: 'pooling_mode_max_tokens' };
    const start = await writeFolder(join(folder, pooling), {
      ...smallFiles(),
      'sentence_bert_config.json': { max_seq_length: 9 },
      '1_Pooling/config.json': { [flags[pooling]]: true },
    });
    const from = await describeEncoder(start);
    const tensors = await readWeights(from.files.weightsPath, from.architecture);
    const learned = new Map(
      [...tensors].flatMap(([name, tensor]): [string, Float32Array][] =>
        isLearned(name) ? [[name, floatsOf(tensor).map((value, i) => value + 0.1 * Math.sin(i))]] : [],
      ),
    );
    return { from, start, tensors, learned, files: encoderFolder(from, tensors, learned) };
  };

  it.each(['mean', 'cls', 'max'] as const)(
    'opens as any other, pools by %s and cuts texts as before',
    async (pooling) => {
      const { files, start, tensors, learned, from } = await learnedFolder(pooling);
      const half = await openEncoder({
        folder: await writeFolder(join(folder, `${pooling}-half`), Object.fromEntries(files)),
        threads: 1,
        maxBatchTokens: 256,
      });
      // The same numbers in single precision, in the files of the start.
      const whole = new Map(tensors);
      for (const [name, values] of learned)
        whole.set(name, { ...whole.get(name), ...numbers(name, values, tensors.get(name)?.shape ?? []) });
      const single = await openEncoder({
        folder: await writeFolder(join(folder, `${pooling}-single`), {
          ...Object.fromEntries(encoderFolder(from, whole, new Map())),
        }),
        threads: 1,
        maxBatchTokens: 256,
      });
      const before = await openEncoder({ folder: start, threads: 1, maxBatchTokens: 256 });
      const text = 'red green blue a b c red, red';
      const [[h], [s], [b]] = await Promise.all([half, single, before].map((encoder) => encoder.encode([text])));
      expect(half.maxTokens).toBe(9);
      expect(h).toMatchObject({ tokens: 9, truncated: true });
      expect(cosine(h.vector, s.vector)).toBeGreaterThan(1 - 1e-5);
      expect(cosine(h.vector, b.vector)).toBeLessThan(0.999);
      expect(half.id).toBe(
        createHash('sha256')
          .update(files.get(WEIGHTS) ?? '')
          .digest('hex'),
      );
      await Promise.all([half, single, before].map((encoder) => encoder.close()));
    },
  );

  it('holds what learned in half precision, and what did not byte for byte', async () => {
    const { files, tensors } = await learnedFolder('mean');
    const written = readSafetensors(files.get(WEIGHTS) ?? new Uint8Array());
    expect([...written.tensors.keys()].sort()).toEqual([...tensors.keys()].sort());
    for (const [name, { type, bytes }] of written.tensors)
      if (isLearned(name)) expect([name, type]).toEqual([name, 'F16']);
      else expect(Buffer.compare(bytes, tensors.get(name)?.bytes ?? new Uint8Array())).toBe(0);
  });

  it('keeps single precision where half cannot hold a number', async () => {
    const { from, tensors } = await learnedFolder('mean');
    const name = 'encoder.layer.0.output.dense.bias';
    const files = encoderFolder(from, tensors, new Map([[name, new Float32Array(32).fill(1e5)]]));
    const tensor = readSafetensors(files.get(WEIGHTS) ?? new Uint8Array()).tensors.get(name);
    expect(tensor?.type).toBe('F32');
    expect(tensor && floatsOf(tensor)[0]).toBe(1e5);
  });
});

const numbers = (name: string, values: Float32Array, shape: readonly number[]) => ({
  name,
  shape,
  type: 'F32',
  offset: 0,
  length: values.byteLength,
  bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
});
