import type { Json } from '../system/stage.js';

/** What came of a request: it was done, or refused, or nobody can say. */
export type Outcome =
  | { readonly kind: 'done'; readonly data: Json }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'unknown' };

/** Longer than any process is frozen, in milliseconds. */
const PATIENCE = 20_000;

/** One GraphQL request. */
export async function ask(address: string, query: string, variables: object = {}): Promise<Outcome> {
  return outcomeOf(
    await answerTo(`${address}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    }),
  );
}

/** The upload of a CSV file under a name. */
export async function upload(address: string, name: string, csv: string): Promise<Outcome> {
  const answer = await answerTo(`${address}/datasets/${name}`, {
    method: 'PUT',
    headers: { 'content-type': 'text/csv' },
    body: csv,
  });
  return outcomeOf(answer?.errors === undefined && answer !== undefined ? { data: answer } : answer);
}

async function answerTo(url: string, request: RequestInit): Promise<Json | undefined> {
  try {
    const response = await fetch(url, { ...request, signal: AbortSignal.timeout(PATIENCE) });
    return JSON.parse(await response.text());
  } catch {
    return undefined;
  }
}

function outcomeOf(answer: Json | undefined): Outcome {
  if (answer === undefined) return { kind: 'unknown' };
  if (!answer.errors) return { kind: 'done', data: answer.data };
  const [{ message, extensions }] = answer.errors;
  return { kind: 'refused', code: extensions.code, message };
}
