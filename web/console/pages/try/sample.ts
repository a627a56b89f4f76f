import type { CombinedError } from '@urql/core';
import { useEffect, useState } from 'react';
import { useClient } from 'urql';
import { graphql } from '../../graphql/graphql';

const ROWS = graphql(`
  query RowsOfLabel($dataset: String!, $task: String!, $label: String!, $first: Int!) {
    dataset(name: $dataset) {
      preview(task: $task, label: $label, first: $first) {
        text
      }
    }
  }
`);

/** As many labels as there are colours that can be told apart. */
const MOST_LABELS = 8;

const MOST_ROWS = 240;

export interface SampledRow {
  readonly text: string;
  readonly label: string;
}

interface Sample {
  readonly data?: readonly SampledRow[];
  readonly error?: CombinedError;
}

/**
 * The first rows of each of the most common labels, equally many: a data set may come sorted, so its own first rows could all
 * have one label.
 * @param given the labels that the text was given: theirs are there before those of common ones
 */
export function useSample(
  dataset: string,
  task: string,
  labels: readonly { readonly label: string; readonly rows: number }[],
  given: readonly string[],
): Sample {
  const client = useClient();
  const [sample, setSample] = useState<Sample>({});
  const givenFirst = [...labels].sort((a, b) => isIn(given, b) - isIn(given, a) || b.rows - a.rows);
  const chosen = givenFirst.slice(0, MOST_LABELS).sort((a, b) => b.rows - a.rows);
  const key = JSON.stringify(chosen.map(({ label }) => label));
  useEffect(() => {
    const names: string[] = JSON.parse(key);
    const first = Math.floor(MOST_ROWS / Math.max(1, names.length));
    const found = new Map<string, readonly SampledRow[]>();
    if (names.length === 0) setSample({ data: [] });
    // Listened to, not awaited: an answer that did not come the first time may come yet.
    const asked = names.map((label) =>
      client.query(ROWS, { dataset, task, label, first }).subscribe(({ data, error }) => {
        if (error) setSample({ error });
        if (!data) return;
        found.set(
          label,
          (data.dataset?.preview ?? []).map(({ text }) => ({ text, label })),
        );
        if (found.size === names.length) setSample({ data: names.flatMap((name) => found.get(name) ?? []) });
      }),
    );
    return () => {
      for (const each of asked) each.unsubscribe();
    };
  }, [client, dataset, task, key]);
  return sample;
}

const isIn = (given: readonly string[], { label }: { readonly label: string }): number => Number(given.includes(label));
