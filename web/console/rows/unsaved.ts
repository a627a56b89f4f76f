import { useEffect } from 'react';

const BEGINNING = 'manyhead:labels:';

/** Where labels of a data set that are not saved yet are kept. */
export const unsavedLabels = (dataset: string): string => `${BEGINNING}${dataset}`;

/** Has the browser ask before the tab is closed while labels of any data set are not saved: nothing else would have them. */
export function useWarningOfLoss(): void {
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (Object.keys(sessionStorage).some((place) => place.startsWith(BEGINNING))) event.preventDefault();
    };
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, []);
}
