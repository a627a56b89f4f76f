const LEVELS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/**
 * A curve in one line of text, from its least to its greatest number.
 * @param width characters at most: where there are more numbers, each character is the mean of its share of them
 */
export function sparkline(numbers: readonly number[], width: number): string {
  const shown = squeezed(numbers.filter(Number.isFinite), width);
  const least = Math.min(...shown);
  const range = Math.max(...shown) - least;
  return shown
    .map((number) => LEVELS[range === 0 ? 3 : Math.round(((number - least) / range) * (LEVELS.length - 1))])
    .join('');
}

function squeezed(numbers: readonly number[], width: number): readonly number[] {
  if (numbers.length <= width) return numbers;
  return Array.from({ length: width }, (_, i) => {
    const share = numbers.slice(
      Math.floor((i * numbers.length) / width),
      Math.floor(((i + 1) * numbers.length) / width),
    );
    return share.reduce((sum, number) => sum + number, 0) / share.length;
  });
}
