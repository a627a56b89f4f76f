/** The largest difference between two vectors' numbers. */
export const largestDifference = (a: Float32Array, b: Float32Array): number =>
  a.reduce((largest, number, i) => Math.max(largest, Math.abs(number - b[i])), Math.abs(a.length - b.length));
