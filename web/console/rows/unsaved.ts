import { useEffect } from 'react';
import { keptPlaces } from '../parts/kept';

const BEGINNING = 'manyhead:labels:';

/** Where labels of a data set that are not saved yet are kept. */
export const unsavedLabels = (dataset: string): string => `${BEGINNING}${dataset}`;

/** Has the browser ask before the page is closed or loaded again while labels of any data set are not saved: nothing else has them. */
export function useWarningOfLoss(): void {
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (keptPlaces().some((place) => place.startsWith(BEGINNING))) event.preventDefault();
    };
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, []);
}
