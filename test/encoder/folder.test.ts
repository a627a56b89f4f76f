import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parametersOf } from '#src/encoder/architecture.js';
import { type Encoder, EncoderError, openEncoder } from '#src/encoder/open.js';
import { readSafetensors } from '#src/safetensors/read.js';
import { writeSafetensors } from '#src/safetensors/write.js';
import { smallConfig, smallFiles, smallTokenizer, smallWeights, writeFolder } from './random-bert.js';
import { type ReferenceSettings, readyReference, referenceVector } from './reference.js';
import { largestDifference } from './vectors.js';

let folder: string;
const opened: Encoder[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'manyhead-encoder-'));
  await readyReference();
});
afterEach(() => Promise.all(opened.splice(0).map((encoder) => encoder.close())));
afterAll(() => rm(folder, { recursive: true }));

const open = async (name: string): Promise<Encoder> => {
  const encoder = await openEncoder({ folder: join(folder, name), threads: 1, maxBatchTokens: 256 });
  opened.push(encoder);
  return encoder;
};

const weights = readSafetensors(writeSafetensors(smallWeights('bert.')));
const standard: ReferenceSettings = {
  layers: 2,
  heads: 4,
  epsilon: 0.01,
  pooling: 'mean',
  activation: 'gelu',
  prefix: 'bert.',
};
const ids = [2, 8, 11, 12, 5, 1, 3]; // [CLS] red ##ish , a [UNK] [SEP]
const text = 'Redish, a zebra';

const agreesWith = async (encoder: Encoder, settings: Partial<ReferenceSettings>) => {
  const [, { vector }] = await encoder.encode(['green, green, blue, blue', text]);
  expect(largestDifference(vector, referenceVector(weights, ids, { ...standard, ...settings }))).toBeLessThan(1e-5);
};

describe('an encoder in a folder of its own', () => {
  it('is read as Hugging Face lays it out, and encodes as an independent forward pass does', async () => {
    await writeFolder(join(folder, 'plain'), smallFiles());
    const encoder = await open('plain');
    expect(encoder).toMatchObject({ base: 'plain', dimensions: 32, maxTokens: 24, architecture: { layers: 2 } });
    expect(parametersOf(encoder.architecture)).toBe(
      [...weights.tensors.values()].reduce((sum, { length }) => sum + length / 4, 0),
    );
    await agreesWith(encoder, {});
  });

  it.each(['cls', 'max'] as const)('pools by %s where sentence-transformers says so', async (pooling) => {
    const flag = pooling === 'cls' ? 'pooling_mode_cls_token' : 'pooling_mode_max_tokens';
    await writeFolder(
      join(folder, pooling),
      smallFiles({
        'modules.json': [
          { idx: 0, path: '', type: 'sentence_transformers.models.Transformer' },
          { idx: 1, path: '1_Pooling', type: 'sentence_transformers.models.Pooling' },
          { idx: 2, path: '2_Normalize', type: 'sentence_transformers.models.Normalize' },
        ],
        '1_Pooling/config.json': { word_embedding_dimension: 32, pooling_mode_mean_tokens: false, [flag]: true },
      }),
    );
    await agreesWith(await open(pooling), { pooling });
  });

  it('takes relu and other names for its tensors', async () => {
    const config = { ...smallConfig, hidden_act: 'relu' };
    const bytes = writeSafetensors(smallWeights(''));
    await writeFolder(join(folder, 'relu'), smallFiles({ 'config.json': config, 'model.safetensors': bytes }));
    await agreesWith(await open('relu'), { activation: 'relu' });
  });

  it('cuts texts at its own max_seq_length, then model_max_length, and never reads more than it has positions', async () => {
    const longText = 'red '.repeat(40);
    const limits = [
      ['sentence', { 'sentence_bert_config.json': { max_seq_length: 9 } }, 9],
      ['tokenizer', { 'tokenizer_config.json': { model_max_length: 11 } }, 11],
      ['positions', { 'tokenizer_config.json': { model_max_length: 1e30 } }, 24],
    ] as const;
    for (const [name, files, limit] of limits) {
      await writeFolder(join(folder, name), smallFiles(files));
      const encoder = await open(name);
      expect(encoder.maxTokens).toBe(limit);
      expect((await encoder.encode([longText, 'red']))[0]).toMatchObject({ tokens: limit, truncated: true });
    }
  });

  it('may hold links, as the cache of the hub does', async () => {
    await writeFolder(join(folder, 'linked'), smallFiles({ 'model.safetensors': undefined }));
    await writeFolder(join(folder, 'blobs'), { '0a1b2c': writeSafetensors(smallWeights('bert.')) });
    await symlink('../blobs/0a1b2c', join(folder, 'linked', 'model.safetensors'));
    await agreesWith(await open('linked'), {});
  });
});

describe('a folder that is no encoder', () => {
  const withoutBias = smallWeights('bert.');
  withoutBias.delete('bert.encoder.layer.1.output.dense.bias');
  const narrow = smallWeights('bert.');
  narrow.set('bert.embeddings.LayerNorm.bias', { shape: [31], values: new Float32Array(31) });
  const cut = writeSafetensors(smallWeights('')).subarray(0, -4);
  const dense = [{ path: '2_Dense', type: 'sentence_transformers.models.Dense' }];
  const bothPoolings = { pooling_mode_mean_tokens: true, pooling_mode_cls_token: true };

  it.each<[string, Record<string, unknown>, string]>([
    ['without config.json', { 'config.json': undefined }, 'config.json'],
    ['without tokenizer.json', { 'tokenizer.json': undefined }, 'tokenizer.json'],
    ['without weights', { 'model.safetensors': undefined }, 'model.safetensors'],
    ['of another kind', { 'config.json': { ...smallConfig, model_type: 'roberta' } }, 'model_type is "roberta"'],
    ['with a strange size', { 'config.json': { ...smallConfig, hidden_size: 0.5 } }, 'hidden_size is 0.5'],
    ['with heads that do not divide it', { 'config.json': { ...smallConfig, num_attention_heads: 5 } }, 'multiple'],
    ['with another activation', { 'config.json': { ...smallConfig, hidden_act: 'silu' } }, 'hidden_act is "silu"'],
    ['lacking a tensor', { 'model.safetensors': writeSafetensors(withoutBias) }, 'encoder.layer.1.output.dense.bias'],
    [
      'with a tensor of another shape',
      { 'model.safetensors': writeSafetensors(narrow) },
      'LayerNorm.bias has shape [31]',
    ],
    ['with weights cut short', { 'model.safetensors': cut }, 'bytes'],
    ['with a config that is not JSON', { 'config.json': new Uint8Array([1, 2]) }, 'config.json is not JSON'],
    ['with a tokenizer of another kind', { 'tokenizer.json': { ...smallTokenizer, model: { type: 'BPE' } } }, '"BPE"'],
    ['with a module we do not know', { 'modules.json': dense }, 'Dense'],
    ['with two poolings', { '1_Pooling/config.json': bothPoolings }, 'pooling_mode_cls_token'],
  ])('%s is refused in one line that says so', async (name, files, words) => {
    await writeFolder(join(folder, name), smallFiles(files));
    const error: unknown = await open(name).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(EncoderError);
    expect(String(error)).toContain(words);
    expect(String(error)).toContain(join(folder, name));
    expect(String(error)).not.toContain('\n');
  });

  it('that is not there is refused by name', async () => {
    await expect(open('nowhere')).rejects.toThrow(`The encoder folder ${join(folder, 'nowhere')} is not there.`);
  });
});
