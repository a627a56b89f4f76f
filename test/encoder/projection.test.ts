import { describe, expect, it } from 'vitest';
import { normalized, randomlyProjected, truncated } from '#src/encoder/projection.js';
import { RandomGenerator } from '#src/random/generator.js';

const random = RandomGenerator.seeded(1);
const vectorOf = (numbers: number) => Float32Array.from({ length: numbers }, () => random.normal());
const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, number, i) => sum + number * b[i], 0);

describe('a truncated vector', () => {
  it('is its first numbers, and a vector of its own', () => {
    const vector = Float32Array.of(3, 4, 5);
    const two = truncated(vector, 2);
    two[0] = 9;
    expect([...two]).toEqual([9, 4]);
    expect([...vector]).toEqual([3, 4, 5]);
  });
});

describe('a randomly projected vector', () => {
  it('is the same for ever: these numbers were written down when the projection was made', () => {
    expect([...randomlyProjected(Float32Array.of(1, 2, 3), 2, 42)]).toEqual([1.5138378143310547, -1.6709649562835693]);
  });

  it('depends on the seed and on both sizes, not on what was projected in between', () => {
    const vector = vectorOf(384);
    const first = randomlyProjected(vector, 64, 7);
    expect(randomlyProjected(vector, 64, 8)).not.toEqual(first);
    expect(randomlyProjected(vector, 65, 7).slice(0, 64)).not.toEqual(first);
    for (let seed = 100; seed < 120; seed++) randomlyProjected(vector, 64, seed);
    expect(randomlyProjected(vector, 64, 7)).toEqual(first);
  });

  it('roughly keeps lengths and angles', () => {
    const [a, b] = [normalized(vectorOf(384)), normalized(vectorOf(384))];
    const sum = normalized(a.map((number, i) => number + b[i]));
    const [c, d] = [randomlyProjected(a, 256, 3), randomlyProjected(sum, 256, 3)];
    expect(dot(c, c)).toBeCloseTo(1, 0);
    expect(Math.abs(dot(normalized(c), normalized(d)) - dot(a, sum))).toBeLessThan(0.2);
  });
});

describe('a normalized vector', () => {
  it('has length 1', () =>
    expect([...normalized(Float32Array.of(3, 4))]).toEqual([Math.fround(0.6), Math.fround(0.8)]));
  it('stays zero when it is zero', () => expect([...normalized(new Float32Array(3))]).toEqual([0, 0, 0]));
});
