import { turns } from '../turns.js';

/** A list up to this long is completed at once. */
const SHORT = 100;

/**
 * The entries of a long list as GraphQL completes them: one after the other, and everything else has its turn in between. Otherwise
 * it completes all of them at once, however long that takes.
 * @param refusal why the rest of them will not be needed, once that is so
 */
export function completedInTurns(list: readonly unknown[], refusal: () => Error | undefined): readonly unknown[] {
  if (list.length <= SHORT) return list;
  const passing: { readonly on: () => void; readonly off: (why: Error) => void }[] = [];
  const entries = list.map(
    (entry) =>
      new Promise((resolve, reject) => {
        passing.push({ on: () => resolve(entry), off: reject });
      }),
  );
  const turn = turns();
  const pass = async (): Promise<void> => {
    for (const { on, off } of passing) {
      // What the one before was completed with is part of what has taken its time.
      await turn();
      const why = refusal();
      if (why) off(why);
      else on();
    }
  };
  void pass();
  return entries;
}
