/** What was typed since the page was loaded, by its place. The tab's storage has it, too, where it fits: for when it is loaded again. */
const typedHere = new Map<string, string>();

/** What somebody typed at a place of this name, if it was kept in this tab. */
export const kept = (place: string): string | undefined =>
  typedHere.get(place) ?? sessionStorage.getItem(place) ?? undefined;

/** Where something is kept. */
export const keptPlaces = (): readonly string[] => [...typedHere.keys(), ...Object.keys(sessionStorage)];

/** Keeps what is typed until the tab is closed, so that it is there when somebody comes back to its page. */
export function keep(place: string, typed: string | undefined): void {
  typedHere.delete(place);
  sessionStorage.removeItem(place);
  if (typed === undefined) return;
  typedHere.set(place, typed);
  try {
    sessionStorage.setItem(place, typed);
  } catch {
    // Longer than the browser keeps: then it is there until the page is loaded again.
  }
}
