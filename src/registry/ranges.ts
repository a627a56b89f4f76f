/** Whole numbers as ranges, ascending, with a gap between any two: of thousands that were added one after the other, a few are left. */
export type Ranges = readonly (readonly [first: number, last: number])[];

export const holds = (ranges: Ranges, number: number): boolean =>
  ranges.some(([first, last]) => first <= number && number <= last);

/** The greatest of the numbers; undefined where there are none. */
export const greatest = (ranges: Ranges): number | undefined => ranges.at(-1)?.[1];

/** The ranges with one number more. */
export function withNumber(ranges: Ranges, number: number): Ranges {
  if (holds(ranges, number)) return ranges;
  // Ranges that it touches become one with it.
  const below = ranges.filter(([, last]) => last < number - 1);
  const above = ranges.filter(([first]) => first > number + 1);
  const [first = number] = ranges.find(([, last]) => last === number - 1) ?? [];
  const [, last = number] = ranges.find(([first]) => first === number + 1) ?? [];
  return [...below, [first, last], ...above];
}

/** Ranges, or numbers each by itself, as ranges. */
export const rangesOf = (given: Ranges | readonly number[]): Ranges =>
  isRanges(given) ? given : given.reduce<Ranges>(withNumber, []);

const isRanges = (given: Ranges | readonly number[]): given is Ranges => typeof given[0] !== 'number';
