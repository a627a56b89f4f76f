/** Gives the focus to the page as a whole, where what had it is taken away. */
export const focusPage = (): void => document.getElementById('main')?.focus({ preventScroll: true });
