/** What somebody typed at a place of this name, if it was kept in this tab. */
export const kept = (place: string): string | undefined => sessionStorage.getItem(place) ?? undefined;

/** Keeps what is typed until the tab is closed, so that it is there when somebody comes back to its page. */
export function keep(place: string, typed: string | undefined): void {
  sessionStorage.removeItem(place);
  try {
    if (typed !== undefined) sessionStorage.setItem(place, typed);
  } catch {
    // Longer than the browser keeps: then it is there for as long as its page is.
  }
}
