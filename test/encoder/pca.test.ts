import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { symmetricEigen } from '#src/encoder/eigen.js';
import { alongComponents, principalComponents } from '#src/encoder/pca.js';

describe('the eigenvalues of a symmetric matrix', () => {
  it('are those that are published for the Hilbert matrix of order 3 (Gregory & Karney 1969)', () => {
    const hilbert = Float64Array.from({ length: 9 }, (_, i) => 1 / (Math.floor(i / 3) + (i % 3) + 1));
    const { values } = symmetricEigen(hilbert, 3);
    expect([...values].map((value) => value.toFixed(12))).toEqual([
      '1.408318927124',
      '0.122327065854',
      '0.002687340356',
    ]);
  });

  it('come with directions of length 1 that are at right angles and rebuild the matrix, whatever it is', () => {
    const matrices = fc
      .integer({ min: 1, max: 12 })
      .chain((size) =>
        fc
          .array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: size * size, maxLength: size * size })
          .map((numbers) => ({ size, numbers })),
      );
    fc.assert(
      fc.property(matrices, ({ size, numbers }) => {
        const at = (i: number, j: number) => numbers[Math.max(i, j) * size + Math.min(i, j)];
        const matrix = Float64Array.from(numbers, (_, i) => at(Math.floor(i / size), i % size));
        const { values, vectors } = symmetricEigen(matrix.slice(), size);
        expect([...values]).toEqual([...values].sort((a, b) => b - a));
        for (let i = 0; i < size; i++)
          for (let j = 0; j < size; j++) {
            let [rebuilt, product] = [0, 0];
            for (let k = 0; k < size; k++) {
              rebuilt += values[k] * vectors[k * size + i] * vectors[k * size + j];
              product += vectors[i * size + k] * vectors[j * size + k];
            }
            expect(rebuilt).toBeCloseTo(matrix[i * size + j], 8);
            expect(product).toBeCloseTo(i === j ? 1 : 0, 8);
          }
      }),
      { numRuns: 60 },
    );
  });
});

describe('principal components', () => {
  it('are the axes of points on a slanted ellipse, the longest first', async () => {
    const points = Array.from({ length: 360 }, (_, degree) => {
      const angle = (degree * Math.PI) / 180;
      const [long, short] = [5 * Math.cos(angle), Math.sin(angle)];
      return [10 + (3 * long - 4 * short) / 5, -2 + (4 * long + 3 * short) / 5];
    });
    const { mean, components, variances } = await principalComponents(Float32Array.from(points.flat()), 2);
    expect([...mean].map((each) => each.toFixed(3))).toEqual(['10.000', '-2.000']);
    expect([...components].map((each) => each.toFixed(3))).toEqual(['0.600', '0.800', '0.800', '-0.600']);
    expect([...variances].map((each) => each.toFixed(3))).toEqual(['12.500', '0.500']);
  });

  it('keep every length and angle where none is left out', async () => {
    const vectors = Float32Array.from({ length: 400 }, (_, i) => Math.sin(i * i));
    const pca = await principalComponents(vectors, 8);
    const [a, b] = [0, 1].map((row) => vectors.subarray(row * 8, row * 8 + 8));
    const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, each, i) => sum + each * y[i], 0);
    expect(dot(alongComponents(pca, a, 8), alongComponents(pca, b, 8))).toBeCloseTo(dot(a, b), 5);
  });
});
