import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderStore } from '#src/artifacts/folder.js';
import { encoderFolder } from '#src/encoder/folder.js';
import { describeEncoder, type Encoder } from '#src/encoder/open.js';
import type { Precision } from '#src/encoder/precision.js';
import { readWeights } from '#src/encoder/weights.js';
import { type StoredEncoders, storedEncodersOn } from '#src/registry/encoders.js';
import type { EncoderReference } from '#src/registry/version.js';
import { floatsOf } from '#src/safetensors/read.js';
import type { Encoders } from '#src/serving/encoders.js';
import { smallFiles, writeFolder } from '../encoder/random-bert.js';
import { eventually } from '../eventually.js';
import type { Json } from '../system/stage.js';
import { openSmallEncoders } from './small.js';

describe('encoders that learned', () => {
  let folder: string;
  let stored: StoredEncoders;
  let encoders: Encoders;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'manyhead-encoders-'));
    await writeFolder(join(folder, 'start'), smallFiles());
    stored = storedEncodersOn(folderStore(join(folder, 'data')));
  });
  afterEach(async () => {
    await encoders.close();
    await rm(folder, { recursive: true });
  });

  const open = async (memory: number, precision: Precision = 'fp32') => {
    encoders = await openSmallEncoders(join(folder, 'start'), stored, memory, precision);
  };

  /** Stores an encoder that is a little different from all others. */
  const learned = async (by: number): Promise<EncoderReference> => {
    const from = await describeEncoder(join(folder, 'start'));
    const tensors = await readWeights(from.files.weightsPath, from.architecture);
    const name = 'encoder.layer.1.output.dense.bias';
    const bias = tensors.get(name);
    if (bias === undefined) throw new Error('no bias');
    const id = await stored.put(
      encoderFolder(from, tensors, new Map([[name, floatsOf(bias).map((value, i) => value + by * (i % 3))]])),
    );
    return { id, base: 'start', fineTuned: true, dimensions: 32, maxTokens: 24 };
  };

  const vectorOf = (reference: EncoderReference | undefined) =>
    encoders.use(reference, async (encoder) => [...(await encoder.encode(['red green']))[0].vector]);
  const opened = (reference: EncoderReference): Promise<Encoder> => encoders.use(reference, async (encoder) => encoder);
  const isDamaged = ({ id }: EncoderReference) => ({ code: 'DAMAGED', message: expect.stringContaining(id) });
  const isClosed = (encoder: Encoder) =>
    encoder.encode(['red']).then(
      () => false,
      () => true,
    );

  it('answer with vectors of their own, and the pretrained one with its own', async () => {
    await open(100);
    const [a, b] = [await learned(1), await learned(2)];
    const [ofA, ofB, own] = [await vectorOf(a), await vectorOf(b), await vectorOf(undefined)];
    expect(ofA).not.toEqual(ofB);
    expect(ofA).not.toEqual(own);
    expect(await vectorOf({ ...a, id: encoders.pretrained.id })).toEqual(own);
    expect(await vectorOf(a)).toEqual(ofA);
  });

  it('stay open while there is room, and are opened once for all who ask', async () => {
    await open(100);
    const [a, b] = [await learned(1), await learned(2)];
    const [first, second] = await Promise.all([opened(a), opened(a), opened(b)]);
    expect(second).toBe(first);
    expect(await opened(a)).toBe(first);
  });

  it('are closed when there is no room, the one used the longest ago first, and opened again when asked for', async () => {
    await open(0);
    const [a, b] = [await learned(1), await learned(2)];
    const before = await vectorOf(a);
    const [openA, openB] = [await opened(a), await opened(b)];
    await eventually('the older to be closed', () => isClosed(openA));
    expect(await isClosed(openB)).toBe(false);
    expect(await vectorOf(a)).toEqual(before);
  });

  it('are served in the precision that was asked for', async () => {
    await open(1, 'int8');
    expect(encoders.pretrained.precision).toBe('int8');
    const one = await learned(0.1);
    expect(await encoders.use(one, async ({ precision }) => precision)).toBe('int8');
  });

  it('are never closed under somebody who works with them', async () => {
    await open(0);
    const [a, b, c] = [await learned(1), await learned(2), await learned(3)];
    await encoders.use(a, async (encoder) => {
      await vectorOf(b);
      const openB = await opened(b);
      await vectorOf(c);
      await eventually('the idle one to be closed', () => isClosed(openB));
      expect(await isClosed(encoder)).toBe(false);
    });
  });

  it('that are gone are said to be, and are there again once they are back', async () => {
    await open(100);
    const a = await learned(1);
    const key = join(folder, 'data', 'encoders', a.id);
    await rm(key, { recursive: true });
    await expect(vectorOf(a)).rejects.toMatchObject(isDamaged(a));
    await expect(encoders.describe(a)).rejects.toMatchObject(isDamaged(a));
    expect(await learned(1)).toEqual(a);
    expect(await vectorOf(a)).toHaveLength(32);
  });

  it('are not used where a disk has changed their weights, and others are', async () => {
    await open(100);
    const [a, b] = [await learned(1), await learned(2)];
    const weights = join(folder, 'data', 'encoders', a.id, 'model.safetensors');
    const bytes = await readFile(weights);
    bytes[bytes.length - 5] ^= 1;
    await writeFile(weights, bytes);
    await expect(vectorOf(a)).rejects.toMatchObject(isDamaged(a));
    expect(await vectorOf(b)).toHaveLength(32);
  });

  const fileOf = ({ id }: EncoderReference, name: string) => join(folder, 'data', 'encoders', id, name);
  const edit = async (path: string, change: (content: Json) => unknown) =>
    writeFile(path, JSON.stringify(change(JSON.parse(await readFile(path, 'utf8')))));
  const swapped = ({ model, ...tokenizer }: Json): Json => {
    const { red, green, ...others } = model.vocab;
    return { ...tokenizer, model: { ...model, vocab: { ...others, red: green, green: red } } };
  };

  it.each<{ what: string; file: string; change: (content: Json) => unknown }>([
    { what: 'words that have changed places', file: 'tokenizer.json', change: swapped },
    { what: 'heads of attention', file: 'config.json', change: (config) => ({ ...config, num_attention_heads: 8 }) },
    { what: 'how it pools', file: '1_Pooling/config.json', change: () => ({ pooling_mode_cls_token: true }) },
  ])('are not used where a file beside the weights is not what was written: $what', async ({ file, change }) => {
    await open(100);
    const [a, b] = [await learned(1), await learned(2)];
    await edit(fileOf(a, file), change);
    const namesIt = { code: 'DAMAGED', message: expect.stringContaining(`${file} of the encoder ${a.id}`) };
    await expect(vectorOf(a)).rejects.toMatchObject(namesIt);
    await expect(encoders.describe(a)).rejects.toMatchObject(namesIt);
    expect(await vectorOf(b)).toHaveLength(32);
  });

  it('are not used where the list of the digests of their files is damaged', async () => {
    await open(100);
    const a = await learned(1);
    const digests = await readFile(fileOf(a, 'digests.json'));
    digests[Math.floor(digests.length / 2)] ^= 1;
    await writeFile(fileOf(a, 'digests.json'), digests);
    await expect(vectorOf(a)).rejects.toMatchObject(isDamaged(a));
  });

  it('are whole again where the same training has stored them again', async () => {
    await open(100);
    const a = await learned(1);
    const before = await vectorOf(a);
    await encoders.close();
    for (const file of ['config.json', 'model.safetensors']) {
      await writeFile(fileOf(a, file), '{');
      await open(100);
      await expect(vectorOf(a)).rejects.toMatchObject(isDamaged(a));
      expect(await learned(1)).toEqual(a);
      expect(await vectorOf(a)).toEqual(before);
      await encoders.close();
    }
  });

  it('are taken at their word where an earlier release wrote them, unless they cannot be read', async () => {
    await open(100);
    const a = await learned(1);
    await rm(fileOf(a, 'digests.json'));
    await edit(fileOf(a, 'tokenizer.json'), swapped);
    expect(await vectorOf(a)).toHaveLength(32);
    await writeFile(fileOf(a, 'config.json'), '{');
    await expect(encoders.describe(a)).rejects.toMatchObject(isDamaged(a));
  });
});
