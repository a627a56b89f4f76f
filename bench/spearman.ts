/** Correlation of ranks; equal numbers share their mean rank. */
export function spearman(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [ranks(a), ranks(b)];
  const middle = (a.length - 1) / 2;
  const product = (p: readonly number[], q: readonly number[]) =>
    p.reduce((sum, each, i) => sum + (each - middle) * (q[i] - middle), 0);
  return product(x, y) / Math.sqrt(product(x, x) * product(y, y));
}

function ranks(numbers: readonly number[]): number[] {
  const order = [...numbers.keys()].sort((i, j) => numbers[i] - numbers[j]);
  const result: number[] = [];
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && numbers[order[to]] === numbers[order[from]]) to++;
    for (const place of order.slice(from, to)) result[place] = (from + to - 1) / 2;
    from = to;
  }
  return result;
}
