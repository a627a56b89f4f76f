import { describe, expect, it } from 'vitest';
import { nearestIndex } from '#src/nearest/nearest.js';
import { RandomGenerator } from '#src/random/generator.js';

const random = RandomGenerator.seeded(4);
const normals = (count: number) => Float32Array.from({ length: count }, () => random.normal());

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, each, i) => sum + each * y[i], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

describe('the nearest rows', () => {
  it.each([384, 32, 7])('are those of a plain search in double precision, with %d dimensions', (dimensions) => {
    const rows = 500;
    const vectors = normals(rows * dimensions);
    const index = nearestIndex(vectors, dimensions);
    for (let trial = 0; trial < 5; trial++) {
      const query = normals(dimensions);
      const plain = Array.from({ length: rows }, (_, row) => ({
        row,
        similarity: cosine(vectors.subarray(row * dimensions, (row + 1) * dimensions), query),
      })).sort((a, b) => b.similarity - a.similarity);
      const found = index.nearest(query, 20);
      expect(found).toHaveLength(20);
      found.forEach(({ row, similarity }, place) => {
        expect(similarity).toBeCloseTo(plain[place].similarity, 3.5);
        expect(similarity).toBeCloseTo(plain.find((each) => each.row === row)?.similarity ?? 2, 3.5);
      });
    }
  });

  it('hold out at the extremes: the same, the opposite, and nothing', () => {
    const vectors = Float32Array.of(1, 0, 0, -1, 0, 0, 0, 0, 0, 5, 0, 0);
    const index = nearestIndex(vectors, 3);
    const found = index.nearest(Float32Array.of(2, 0, 0), 9);
    expect(found.map(({ row }) => row)).toEqual([0, 3, 2, 1]);
    expect(found.map(({ similarity }) => Math.round(similarity))).toEqual([1, 1, 0, -1]);
    expect(index.nearest(Float32Array.of(0, 0, 0), 2).map(({ similarity }) => similarity)).toEqual([0, 0]);
    expect(index.nearest(Float32Array.of(1, 0, 0), 0)).toEqual([]);
  });
});
