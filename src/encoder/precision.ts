/**
 * The numbers that an encoder multiplies. int8: the linear maps, which are nine tenths of the work, in 8-bit integers with a
 * scale a row and a column; everything else stays fp32.
 */
export const precisions = ['fp32', 'int8'] as const;
export type Precision = (typeof precisions)[number];
