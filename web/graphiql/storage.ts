/**
 * The browser's storage, each key behind a prefix. GraphiQL's own keys are the same on every GraphiQL, so the tabs of
 * another project that was once served on this port would stand in the place of ours.
 */
export function storageUnder(prefix: string) {
  const ownKeys = () => Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  return {
    getItem: (key: string) => localStorage.getItem(prefix + key),
    setItem: (key: string, value: string) => localStorage.setItem(prefix + key, value),
    removeItem: (key: string) => localStorage.removeItem(prefix + key),
    clear: () => {
      for (const key of ownKeys()) localStorage.removeItem(key);
    },
    get length() {
      return ownKeys().length;
    },
  };
}
