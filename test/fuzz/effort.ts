import { randomInt } from 'node:crypto';

/**
 * How much is to be tried, and from which seed: `npm run fuzz` says so, and `npm test` tries a little with a new seed each time.
 * @param usual requests of the short form
 */
export function effort(usual: number): { readonly requests: number; readonly seed: number; readonly isLong: boolean } {
  const { FUZZ_REQUESTS, FUZZ_SEED } = process.env;
  return {
    requests: FUZZ_REQUESTS ? Number(FUZZ_REQUESTS) : usual,
    seed: FUZZ_SEED ? Number(FUZZ_SEED) : randomInt(2 ** 31),
    isLong: Boolean(FUZZ_REQUESTS),
  };
}
