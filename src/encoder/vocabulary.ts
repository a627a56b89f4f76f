import { shown } from '../errors.js';

/**
 * Makes sure that every token is a row of the word table, and that there is one for words that are not known.
 * @param file content of a tokenizer.json
 * @param rows of the word table
 * @throws Error naming the token
 */
export function checkVocabulary(file: Readonly<Record<string, unknown>>, rows: number): void {
  const { vocab, unk_token: unknown } = objectOf(file.model);
  const tokens = new Map<unknown, unknown>(Object.entries(objectOf(vocab)));
  for (const added of Array.isArray(file.added_tokens) ? file.added_tokens : []) {
    const { content, id } = objectOf(added);
    tokens.set(content, id);
  }
  for (const [token, id] of tokens)
    if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0 || id >= rows)
      throw new Error(`token ${shown(token)} has id ${shown(id)}, the word table ${rows} rows`);
  if (!tokens.has(unknown)) throw new Error(`unk_token is ${shown(unknown)}, and the vocabulary has no such token`);
}

const objectOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {};
