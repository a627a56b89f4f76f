import { InvalidArgumentError } from 'commander';

/** Reads a whole number; the server knows its limits. @throws InvalidArgumentError */
export function whole(text: string): number {
  if (!/^-?\d+$/.test(text)) throw new InvalidArgumentError('Give a whole number.');
  return Number(text);
}

/** Reads a whole number that only we know the limits of. */
export const wholeBetween =
  (least: number, most: number) =>
  (text: string): number => {
    const number = whole(text);
    if (number < least || number > most) throw new InvalidArgumentError(`Give ${least} to ${most}.`);
    return number;
  };

/** Reads a number. @throws InvalidArgumentError */
export function decimal(text: string): number {
  if (text.trim() === '' || !Number.isFinite(Number(text))) throw new InvalidArgumentError('Give a number.');
  return Number(text);
}

/** Gathers an option that may be given more than once. */
export const several = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];
