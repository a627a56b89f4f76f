/** How the console looks: as the system does, unless somebody chose. */
export type Theme = 'system' | 'light' | 'dark';

const PLACE = 'manyhead:theme';

export function rememberedTheme(): Theme {
  const remembered = localStorage.getItem(PLACE);
  return remembered === 'light' || remembered === 'dark' ? remembered : 'system';
}

/** Shows the theme from now on, and on the next visit. */
export function applyTheme(theme: Theme): void {
  if (theme === 'system') {
    localStorage.removeItem(PLACE);
    delete document.documentElement.dataset.theme;
  } else {
    localStorage.setItem(PLACE, theme);
    document.documentElement.dataset.theme = theme;
  }
  for (const listener of listeners) listener();
}

const listeners = new Set<() => void>();

/** Calls back whenever colours may have changed: by choice here, or in the system. @returns what ends it */
export function onColoursChanged(listener: () => void): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  listeners.add(listener);
  system.addEventListener('change', listener);
  return () => {
    listeners.delete(listener);
    system.removeEventListener('change', listener);
  };
}
