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
 */
export function useSample(
  dataset: string,
  task: string,
  labels: readonly { readonly label: string; readonly rows: number }[],
): Sample {
  const client = useClient();
  const [sample, setSample] = useState<Sample>({});
  const chosen = [...labels].sort((a, b) => b.rows - a.rows).slice(0, MOST_LABELS);
  const key = JSON.stringify(chosen.map(({ label }) => label));
  useEffect(() => {
    let isCurrent = true;
    const names: string[] = JSON.parse(key);
    const first = Math.floor(MOST_ROWS / Math.max(1, names.length));
    const asked = names.map(async (label) => {
      const { data, error } = await client.query(ROWS, { dataset, task, label, first }).toPromise();
      if (error) throw error;
      return (data?.dataset?.preview ?? []).map(({ text }) => ({ text, label }));
    });
    Promise.all(asked).then(
      (rows) => isCurrent && setSample({ data: rows.flat() }),
      (error: CombinedError) => isCurrent && setSample({ error }),
    );
    return () => {
      isCurrent = false;
    };
  }, [client, dataset, task, key]);
  return sample;
}
