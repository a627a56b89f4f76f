import { easyRows } from '../system/stage.js';

/** Texts that every version is asked about. */
export const TEXTS = ['I love this wonderful cherry.', 'I hate this terrible apple.', 'Something else altogether.'];

/** Few enough to be learned in a moment. */
export const rowsOf = (variant: number) => easyRows(48 + 6 * variant);

/** The same rows as a file. */
export const csvOf = (variant: number): string =>
  ['text,fruit,mood', ...rowsOf(variant).map(({ text, labels }) => [text, ...labels.map(({ label }) => label)].join())]
    .map((line) => `${line}\n`)
    .join('');
