/** The largest difference between two vectors' numbers. */
export const largestDifference = (a: Float32Array, b: Float32Array): number =>
  a.reduce((largest, number, i) => Math.max(largest, Math.abs(number - b[i])), Math.abs(a.length - b.length));

export function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, number, i) => sum + number * y[i], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
