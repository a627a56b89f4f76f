import { it } from 'vitest';

/**
 * Skips the stories of a kind of queue that cannot run here, with the reason as their title. None is skipped in CI: kinds.ts has the
 * kind fail instead.
 * @param missing why it cannot
 * @returns whether it is skipped
 */
export function skips(missing: string | undefined): missing is string {
  if (missing === undefined) return false;
  console.warn(`SKIPPED: ${missing}`);
  it.skip(missing, () => {});
  return true;
}
