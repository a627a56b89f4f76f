import Papa from 'papaparse';
import { readLabels } from './several-labels';

/** A row as the API takes it. */
export interface GivenExample {
  readonly text: string;
  readonly labels: readonly GivenLabels[];
}

/** `label` where one is right, `labels` where any number may be. */
export type GivenLabels =
  | { readonly task: string; readonly label: string }
  | { readonly task: string; readonly labels: readonly string[] };

/** Rows that somebody pasted, and what is wrong with them. */
export interface Pasted {
  readonly examples: readonly GivenExample[];
  readonly problem: string | undefined;
}

/**
 * Rows as they are copied from a table or a CSV file: the first line names the columns, `text` and one a task; a task named
 * `tags[]` has any number of labels, with `|` between them.
 */
export function pastedRows(pasted: string): Pasted {
  if (pasted.trim() === '') return { examples: [], problem: undefined };
  const { data, meta, errors } = Papa.parse<Readonly<Record<string, string>>>(pasted.trim(), {
    header: true,
    skipEmptyLines: 'greedy',
    transformHeader: (name) => name.trim(),
    delimitersToGuess: ['\t', ',', ';'],
  });
  const columns = meta.fields ?? [];
  const tasks = columns.filter((column) => column !== 'text' && column !== '');
  const wrong = errors.find(({ type }) => type !== 'Delimiter');
  const problem = !columns.includes('text')
    ? `The first line must name the columns, one of them “text”; it names ${columns.join(', ')}.`
    : tasks.length === 0
      ? 'The first line must name a column for each task, beside “text”.'
      : wrong
        ? `Row ${(wrong.row ?? 0) + 1}: ${wrong.message}.`
        : undefined;
  if (problem !== undefined) return { examples: [], problem };
  return {
    examples: data.map((row) => ({
      text: row.text.trim(),
      labels: tasks.flatMap((task) => labelsIn(task, row[task])),
    })),
    problem: undefined,
  };
}

function labelsIn(column: string, cell: string): readonly GivenLabels[] {
  const given = cell.trim();
  if (given === '') return [];
  if (!column.endsWith('[]')) return [{ task: column, label: given }];
  return [{ task: column.slice(0, -2), labels: readLabels(given) }];
}

/** The same rows as a variable of a request. */
export const exampleInputs = (examples: readonly GivenExample[]) =>
  examples.map(({ text, labels }) => ({
    text,
    labels: labels.map((each) => ('label' in each ? each : { task: each.task, labels: [...each.labels] })),
  }));
