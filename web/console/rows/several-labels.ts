/** What separates the labels of a field that may hold several, as in files; alone: none of them. */
const SEPARATOR = '|';

/** The labels that somebody typed, each once. @param typed not empty: what is empty says nothing of the task */
export const readLabels = (typed: string): string[] => [
  ...new Set(
    typed
      .split(SEPARATOR)
      .map((label) => label.trim())
      .filter(Boolean),
  ),
];

/** Labels as somebody would type them. */
export const writtenLabels = (labels: readonly string[]): string =>
  labels.length === 0 ? SEPARATOR : labels.join(` ${SEPARATOR} `);
