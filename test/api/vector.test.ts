import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringifyWithVectors, Vector } from '#src/api/vector.js';

const written = (numbers: Float32Array): number[] => {
  const text = stringifyWithVectors({ data: { vector: Vector.serialize(numbers), text: 'beside it' } });
  const { data } = JSON.parse(text);
  expect(data.text).toBe('beside it');
  return data.vector;
};

describe('a vector in JSON', () => {
  it('has every number to nine decimals, and those beyond 1 in full', () => {
    fc.assert(
      fc.property(fc.array(fc.float({ noNaN: true, min: -2, max: 2 }), { maxLength: 50 }), (numbers) => {
        const vector = Float32Array.from(numbers);
        const read = written(vector);
        expect(read).toHaveLength(vector.length);
        read.forEach((number, i) => {
          expect(Math.abs(number - vector[i])).toBeLessThanOrEqual(1.1e-9);
        });
      }),
    );
    expect(written(Float32Array.of(0, -0, 1e-12, -1e-12, 0.5, -0.25, 0.99999994))).toEqual(
      [0, 0, 0, 0, 0.5, -0.25, 0.99999994].map((number) => expect.closeTo(number, 9)),
    );
    expect(written(new Float32Array(0))).toEqual([]);
    expect(written(Float32Array.of(1.5))).toEqual([1.5]);
  });

  it('stands where it belongs among many, and outside of answers is an array like any other', () => {
    const vectors = [1, 2, 3].map((i) => Vector.serialize(Float32Array.of(i / 8, i / 16)));
    expect(JSON.parse(stringifyWithVectors({ vectors }))).toEqual({
      vectors: [
        [0.125, 0.0625],
        [0.25, 0.125],
        [0.375, 0.1875],
      ],
    });
    expect(JSON.parse(JSON.stringify({ vector: vectors[0] }))).toEqual({ vector: [0.125, 0.0625] });
    expect(stringifyWithVectors({ errors: [] })).toBe('{"errors":[]}');
  });
});
