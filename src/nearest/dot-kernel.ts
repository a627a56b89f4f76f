import {
  advance,
  type Code,
  compile,
  get,
  load,
  repeat,
  set,
  shorts,
  store,
  vectorBytes,
  words,
} from '../wasm/loops.js';

/** Numbers of a row are padded to so many, with zeros. */
export const stride = 32;

/** A memory of rows of 16-bit numbers, and the products of all of them with one. */
export interface DotKernel {
  /** [rows, width], to be filled once. */
  readonly rows: Int16Array;
  /** The product of a vector, [width], with every row: good until the next call. */
  products(vector: Int16Array): Int32Array;
}

/** @param width numbers of a row, a multiple of `stride` */
export function dotKernel(rows: number, width: number): DotKernel {
  const [queryBytes, rowBytes, sumBytes] = [2 * width, 2 * width * rows, vectorBytes * rows];
  const memory = open(queryBytes + rowBytes + sumBytes);
  const products = new Int32Array(rows);
  return {
    rows: new Int16Array(memory.buffer, queryBytes, rows * width),
    products(vector) {
      new Int16Array(memory.buffer, 0, width).set(vector);
      memory.run('dots', 0, queryBytes, queryBytes + rowBytes, queryBytes, sumBytes, 0, 0);
      const sums = new Int32Array(memory.buffer, queryBytes + rowBytes, 4 * rows);
      for (let row = 0, at = 0; row < rows; row++, at += 4)
        products[row] = sums[at] + sums[at + 1] + sums[at + 2] + sums[at + 3];
      return products;
    },
  };
}

/** Leaves four partial sums a row. The last two parameters are no more than variables. */
function dotsCode(): Code {
  const [query, rows, sums, rowBytes, left, rowLeft, at, sum] = [0, 1, 2, 3, 4, 5, 6, 7];
  const unrolled = 4;
  const multiplyAdd = (behind: number): Code => [
    ...words.add(get(sum), shorts.pairProducts(load(at, behind), load(rows, behind))),
    ...set(sum),
  ];
  return repeat(left, [
    ...get(rowBytes),
    ...set(rowLeft),
    ...get(query),
    ...set(at),
    ...words.xor(get(sum), get(sum)),
    ...set(sum),
    ...repeat(
      rowLeft,
      [...[0, 1, 2, 3].flatMap(multiplyAdd), ...advance(at, unrolled), ...advance(rows, unrolled)],
      unrolled,
    ),
    ...store(sums, get(sum)),
    ...advance(sums),
  ]);
}

const open = compile({
  dots: { parameters: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'], vectors: 1, code: dotsCode() },
});
